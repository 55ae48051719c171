"""A round trip's time between a client and a simulated device: bytes wait, in both directions.

A machine's loopback has none, and not every kernel can delay packets.
"""

import asyncio
import socket
from contextlib import suppress

CHUNK = 65_536
_lines: set[asyncio.Task[None]] = set()


async def far(client: socket.socket, round_trip: float) -> socket.socket:
    """The device's end of a connection over which each byte takes half of `round_trip` seconds.

    The connection itself takes one round trip to come about.
    """
    near, device = socket.socketpair()
    for end in (client, near, device):
        end.setblocking(False)
    await asyncio.sleep(round_trip)
    line = asyncio.create_task(_line(client, near, round_trip / 2))
    _lines.add(line)
    line.add_done_callback(_lines.discard)
    return device


async def _line(client: socket.socket, near: socket.socket, seconds: float) -> None:
    """Carry in both directions; both ends are closed once nothing waits on them any more."""
    with client, near:
        await asyncio.gather(_carry(client, near, seconds), _carry(near, client, seconds))


async def _carry(source: socket.socket, target: socket.socket, seconds: float) -> None:
    """Pass bytes on, each `seconds` after it came, until the source has no more."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    sender = asyncio.create_task(_send(waiting, target))
    piece = b" "
    while piece:
        try:
            piece = await loop.sock_recv(source, CHUNK)
        except OSError:
            piece = b""
        waiting.put_nowait((loop.time() + seconds, piece))
    await sender


async def _send(waiting: asyncio.Queue[tuple[float, bytes]], target: socket.socket) -> None:
    """Send what is due; the empty piece says that no more comes."""
    loop = asyncio.get_running_loop()
    while True:
        due, piece = await waiting.get()
        await asyncio.sleep(max(0.0, due - loop.time()))
        with suppress(OSError):
            if not piece:
                target.shutdown(socket.SHUT_RDWR)  # the other direction ends with it
                return
            await loop.sock_sendall(target, piece)
