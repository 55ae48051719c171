"""The embedded database's door to the network: TLS only, for far workers' roles only.

The embedded server itself listens on 127.0.0.1 and is built without TLS. The door ends TLS and
looks at who wants in; passwords are asked for and checked by the server. Reads no data.
"""

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread

from core import startup_message as first
from core.certificates import door_context
from core.errors import SettingsError
from core.postgres import EmbeddedPostgres
from core.settings import Settings

log = logging.getLogger(__name__)

ROLE = re.compile(r"trimtab_postgres_[a-z][a-z0-9-]*")
"""What `operations.queue_roles` calls the roles of the embedded server's one database."""
DATABASE = "postgres"
MOST = 100  # connections at a time; the server takes 200
HELLO_SECONDS = 15.0  # until a connection has said who it is
GOODBYE_SECONDS = 1.0
CHUNK = 65_536
SILENCE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 20_000}
"""How soon a worker that was cut off is let go of, in seconds, a count and milliseconds."""


def wanted(settings: Settings) -> bool:
    """Whether there is to be a door; SettingsError where another server than ours is used."""
    if settings.database_listen_host is None:
        return False
    if settings.database_url is not None:
        raise SettingsError(
            "TRIMTAB_DATABASE_LISTEN_HOST opens the embedded PostgreSQL, and TRIMTAB_DATABASE_URL "
            "names another server, which listens by itself. Unset one of them."
        )
    return True


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of one connection's one side."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Refused(Exception):
    """Told to who knocked, and logged."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DatabaseDoor:
    """Listens and carries, in a thread of its own, until it is stopped."""

    name = "database door"

    def __init__(self, settings: Settings, server: EmbeddedPostgres) -> None:
        self._settings, self._server = settings, server
        self._thread: Thread | None = None
        self._begun = Event()
        self._loop: asyncio.AbstractEventLoop
        self._ending: asyncio.Event
        self._context: ssl.SSLContext | None = None
        self._inside: set[asyncio.Task[None]] = set()

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Listen, or raise SettingsError naming the setting."""
        self._context = door_context(self._settings)
        listener = _listen(self._settings)
        self._thread = Thread(target=self._run, args=(listener,), name="database door", daemon=True)
        self._thread.start()
        self._begun.wait()  # from then on there is a loop to stop

    def stop(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join()

    def _run(self, listener: socket.socket) -> None:
        asyncio.run(self._listening(listener))

    async def _listening(self, listener: socket.socket) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        with listener:
            accepting = self._loop.create_task(self._accept(listener))
            self._begun.set()
            await self._ending.wait()
            for task in (accepting, *self._inside):
                task.cancel()
            await asyncio.gather(accepting, *self._inside, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, address = await self._loop.sock_accept(listener)
            except OSError as error:  # out of file descriptors, or gone before it was accepted
                log.warning("the database door could not accept: %s", error)
                await asyncio.sleep(1)
                continue
            if len(self._inside) >= 2 * MOST:  # half of them are let in, the rest not yet refused
                client.close()
                continue
            client.setblocking(False)
            task = self._loop.create_task(self._enter(client, str(address[0])))
            self._inside.add(task)
            task.add_done_callback(self._inside.discard)

    async def _enter(self, client: socket.socket, address: str) -> None:
        with client, suppress(OSError, EOFError, TimeoutError, asyncio.IncompleteReadError):
            _watch(client)
            async with asyncio.timeout(HELLO_SECONDS):
                outside, message = await self._hello(client, address)
            try:
                if message is not None:
                    await self._carry(outside, message)
            finally:
                outside.writer.close()
                await outside.writer.wait_closed()

    async def _hello(self, client: socket.socket, address: str) -> tuple[Ends, bytes | None]:
        """The encrypted connection and the first message on it; None of who may not enter."""
        try:
            await self._until_tls(client)
        except Refused as refused:
            log.warning("the database door refused %s: %s", address, refused)
            await self._loop.sock_sendall(client, first.refusal(refused.code, str(refused)))
            client.shutdown(socket.SHUT_WR)
            while await self._loop.sock_recv(client, CHUNK):
                pass  # a connection closed on unread bytes would take the refusal back
            raise EOFError from refused
        outside = await self._encrypted(client)
        try:
            message = await _message(outside.reader)
            _permit(message, inside=len(self._inside))
        except Refused as refused:
            log.warning("the database door refused %s: %s", address, refused)
            outside.writer.write(first.refusal(refused.code, str(refused)))
            await outside.writer.drain()
            return outside, None
        return outside, message

    async def _until_tls(self, client: socket.socket) -> None:
        """Read no byte more than the request for TLS: what follows it must be encrypted."""
        for _ in range(2):
            request = b""
            while len(request) < len(first.SSL_REQUEST):
                piece = await self._loop.sock_recv(client, len(first.SSL_REQUEST) - len(request))
                if not piece:
                    raise EOFError
                request += piece
            if request == first.SSL_REQUEST:
                await self._loop.sock_sendall(client, b"S")
                return
            if request != first.GSS_REQUEST:
                break
            await self._loop.sock_sendall(client, b"N")
        raise Refused(
            first.NO_ENTRY,
            "this port is for TLS only: add sslmode=verify-full&sslrootcert=FILE to the address",
        )

    async def _encrypted(self, client: socket.socket) -> Ends:
        reader = asyncio.StreamReader()
        transport, protocol = await self._loop.connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(reader), client.dup(), ssl=self._context,
            ssl_handshake_timeout=HELLO_SECONDS, ssl_shutdown_timeout=GOODBYE_SECONDS,
        )  # fmt: skip
        return Ends(reader, asyncio.StreamWriter(transport, protocol, reader, self._loop))

    async def _carry(self, outside: Ends, message: bytes) -> None:
        """Both directions until one ends; where the server is away the connection ends at once."""
        inside = Ends(*await asyncio.open_connection("127.0.0.1", self._server.port))
        try:
            inside.writer.write(message)
            await _first_to_end(
                _copy(outside.reader, inside.writer), _copy(inside.reader, outside.writer)
            )
        finally:
            inside.writer.close()
            await inside.writer.wait_closed()


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(first.LENGTH.size)
    length = first.length_of(head)
    if length is None:
        raise Refused(first.BROKEN, "this is not how PostgreSQL's protocol begins")
    return head + await reader.readexactly(length - len(head))


def _permit(message: bytes, *, inside: int) -> None:
    """Let a worker's role in, and who ends its own query; else Refused."""
    if inside > MOST:
        raise Refused(first.TOO_MANY, f"more than {MOST} connections by this door")
    if first.is_cancel(message):
        return
    told = first.parameters(message)
    if told is None:
        raise Refused(first.BROKEN, "this is not how PostgreSQL's protocol begins")
    user = told.get("user", "")
    if not ROLE.fullmatch(user) or told.get("database", user) != DATABASE or "replication" in told:
        raise Refused(
            first.NO_ENTRY,
            f"this door is for the roles of `trimtab queue role` in the database {DATABASE} only, "
            f"not for {user[:64]!r}",
        )


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        sink.write(data)
        await sink.drain()


async def _first_to_end(*ways: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _watch(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in SILENCE.items():
        option = getattr(socket, name, None)  # not every system has each
        if option is not None:
            client.setsockopt(socket.IPPROTO_TCP, option, value)


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.database_listen_host or "", settings.database_listen_port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(
            f"Port {port} on {host} cannot be used for the database: {error.strerror or error}. "
            "Stop what uses it, or choose another with TRIMTAB_DATABASE_LISTEN_PORT (address: "
            "TRIMTAB_DATABASE_LISTEN_HOST)."
        ) from error
    listener.setblocking(False)
    return listener
