"""Network namespaces with a link each to this process, and relays on this end of the links."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress

NET = f"198.19.{os.getpid() % 250}"  # RFC 2544: for tests, routed nowhere; the lab has 198.18
CHUNK = 65_536
IP = shutil.which("ip") or "/usr/sbin/ip"


def available():
    """None where namespaces are possible, otherwise the reason."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces need root on Linux"
    name = f"ttprobe{os.getpid()}"
    if subprocess.run([IP, "netns", "add", name], capture_output=True, check=False).returncode:
        return "this kernel makes no network namespaces"
    _ip("netns", "delete", name)
    return None


class Link:
    """A namespace behind a pair of interfaces; `near` is this end's address."""

    def __init__(self, number):
        self.name = f"ttfar{os.getpid() % 10_000}n{number}"
        self.device = f"ttf{os.getpid() % 100_000}n{number}"
        self.near, self._far = f"{NET}.{4 * number + 1}", f"{NET}.{4 * number + 2}"

    def open(self):
        _ip("netns", "add", self.name)
        _ip("link", "add", self.device, "type", "veth", "peer", "name", "far0", "netns", self.name)
        _ip("address", "add", f"{self.near}/30", "dev", self.device)
        self.restore()
        _ip("-n", self.name, "link", "set", "lo", "up")
        _ip("-n", self.name, "address", "add", f"{self._far}/30", "dev", "far0")
        _ip("-n", self.name, "link", "set", "far0", "up")

    def cut(self):
        _ip("link", "set", self.device, "down")

    def restore(self):
        _ip("link", "set", self.device, "up")

    def close(self):
        subprocess.run([IP, "link", "delete", self.device], capture_output=True, check=False)
        subprocess.run([IP, "netns", "delete", self.name], capture_output=True, check=False)

    def start(self, *command, env, log):
        """A process inside, which ends with the test."""
        return subprocess.Popen(
            [IP, "netns", "exec", self.name, *command], env=env, stdout=log, stderr=log
        )


def _ip(*words):
    subprocess.run([IP, *words], check=True, capture_output=True)


class Relays:
    """Carries connections from this end of a link on to loopback, in a thread of its own.

    A peer that the link was cut from is given up after seconds, as a server's own limits do.
    """

    def __init__(self):
        self.answered = Counter()  # bytes by the port listened at, from the loopback side
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, address, host, port):
        """Listen at the address and carry on to the host; the port that was chosen."""
        made = asyncio.run_coroutine_threadsafe(self._listen(address, host, port), self._loop)
        return made.result(10)

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self):
        self._loop.run_forever()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _listen(self, address, host, port):
        listener = socket.create_server((address, 0))
        listener.setblocking(False)
        own = listener.getsockname()[1]
        self._loop.create_task(self._accept(listener, own, host, port))
        return own

    async def _accept(self, listener, own, host, port):
        with listener:
            while True:
                client, _ = await self._loop.sock_accept(listener)
                self._loop.create_task(self._carry(client, own, host, port))

    async def _carry(self, client, own, host, port):
        for option, value in (
            (socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 3),
            (socket.TCP_USER_TIMEOUT, 3000),
        ):  # fmt: skip
            client.setsockopt(socket.IPPROTO_TCP, option, value)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        server = socket.socket()
        server.setblocking(False)
        with client, server, suppress(OSError):
            await self._loop.sock_connect(server, (host, port))
            ways = [
                asyncio.create_task(self._copy(client, server, None)),
                asyncio.create_task(self._copy(server, client, own)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _copy(self, source, sink, own):
        with suppress(OSError):
            while data := await self._loop.sock_recv(source, CHUNK):
                self.answered[own] += len(data)
                await self._loop.sock_sendall(sink, data)
