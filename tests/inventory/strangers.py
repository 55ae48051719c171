"""Servers that say what a test wants, on loopback; nothing of them stays."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import asyncssh


@contextmanager
def saying(words: bytes, *, endless: bool = False) -> Iterator[int]:
    """A port at which somebody says this to everybody, again and again where endless."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def serve() -> None:
            with suppress(OSError):
                while not ended.is_set():
                    client, _ = listener.accept()
                    threading.Thread(target=talk, args=(client,), daemon=True).start()

        def talk(client: socket.socket) -> None:
            with client, suppress(OSError):
                client.sendall(words)
                while endless and not ended.is_set():
                    client.sendall(words)
                ended.wait(10)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


class Anybody(asyncssh.SSHServer):
    """Lets everybody in; `guests` are those who are."""

    def __init__(self, guests):
        self.guests = guests

    def connection_made(self, conn):
        self.guests.append(conn)

    def begin_auth(self, _username):
        return False


@contextmanager
def answering(answer) -> Iterator[int]:
    """An SSH server at whose command line `answer(process)` speaks."""
    loop, started, told, guests = asyncio.new_event_loop(), threading.Event(), [], []

    async def serve() -> None:
        server = await asyncssh.create_server(
            lambda: Anybody(guests), "127.0.0.1", 0, process_factory=answer,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")], line_editor=False,
        )  # fmt: skip
        told.append((server.get_port(), asyncio.current_task()))
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for guest in guests:
                guest.abort()
                await guest.wait_closed()
            await asyncio.sleep(0.01)  # the transports close their sockets in the next rounds

    def run() -> None:
        asyncio.set_event_loop(loop)
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(serve())
        rest = asyncio.all_tasks(loop)
        for task in rest:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait()
    port, task = told[0]
    yield port
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
