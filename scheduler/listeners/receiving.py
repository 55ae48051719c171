"""Takes bytes from the network and cuts them into messages. Understands none of them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Literal, cast

from typing_extensions import override

from operations.syslog import Frames
from operations.syslog.message import LONGEST
from scheduler.listeners.binding import Bound

CONNECTIONS, PER_SENDER = 1000, 20
IDLE_SECONDS = 3600.0
HANDSHAKE_SECONDS = 10.0
CHUNK = 65_536
FULL_SECONDS = 0.05  # a full line of waiting messages makes streams wait
START_SECONDS = 10.0

Via = Literal["UDP", "TCP", "TLS"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message as it came."""

    raw: bytes
    address: str
    via: Via


Put = Callable[[Received], bool]
"""Takes a message on, or says that there is no room at the moment."""


class Receiver:
    """An event loop in a thread of its own over bound sockets, which it closes at the end.

    `lost` counts datagrams for which there was no room; streams wait instead.
    """

    def __init__(self, bound: Bound, put: Put) -> None:
        self._bound, self._put = bound, put
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready, self._end = Event(), asyncio.Event()
        self._thread = Thread(target=self._run, name="syslog receiver", daemon=True)
        self._writers: dict[asyncio.StreamWriter, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.lost = 0

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()
        self._ready.wait(START_SECONDS)

    def stop(self) -> None:
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    def datagram(self, raw: bytes, address: str) -> None:
        if not self._put(Received(raw=raw[:LONGEST], address=address, via="UDP")):
            self.lost += 1

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = loop = asyncio.get_running_loop()
        bound, servers = self._bound, list[asyncio.Server]()
        datagrams: asyncio.DatagramTransport | None = None
        if bound.udp is not None:
            datagrams, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), sock=bound.udp
            )
        if bound.tcp is not None:
            servers.append(await asyncio.start_server(self._accept("TCP"), sock=bound.tcp))
        if bound.tls is not None:
            servers.append(
                await asyncio.start_server(
                    self._accept("TLS"), sock=bound.tls, ssl=bound.tls_context,
                    ssl_handshake_timeout=HANDSHAKE_SECONDS,
                )
            )  # fmt: skip
        self._ready.set()
        await self._end.wait()
        await self._close(datagrams, servers)

    async def _close(
        self, datagrams: asyncio.DatagramTransport | None, servers: list[asyncio.Server]
    ) -> None:
        if datagrams is not None:
            datagrams.close()
        for server in servers:
            server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, via: Via) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            address = cast("tuple[str, int]", writer.get_extra_info("peername"))[0]
            here = Counter(self._writers.values())
            if len(self._writers) >= CONNECTIONS or here[address] >= PER_SENDER:
                writer.transport.abort()
                return
            self._writers[writer] = address
            task = asyncio.get_running_loop().create_task(self._read(reader, writer, via))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return accept

    async def _read(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, via: Via
    ) -> None:
        """One connection until its end; whatever it sends, no more than a frame is held."""
        frames, address = Frames(), self._writers[writer]
        try:
            while data := await asyncio.wait_for(reader.read(CHUNK), IDLE_SECONDS):
                for raw in frames.feed(data):
                    await self._pass_on(Received(raw=raw, address=address, via=via))
            if rest := frames.rest():
                await self._pass_on(Received(raw=rest, address=address, via=via))
        except (OSError, TimeoutError):
            pass  # the sender went away: what it had sent whole is on its way
        finally:
            del self._writers[writer]
            writer.close()
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), HANDSHAKE_SECONDS)

    async def _pass_on(self, received: Received) -> None:
        while not self._put(received) and not self._end.is_set():  # noqa: ASYNC110 - a thread's queue
            await asyncio.sleep(FULL_SECONDS)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        self._receiver.datagram(data, str(addr[0]))
