"""SSH in front of the shells: one socket serves the fleet; the local address picks the device."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import asyncssh
from typing_extensions import override

from lab import booting
from lab.device import Fault, LabDevice
from lab.eos import EosShell
from lab.ios import IosShell
from lab.junos import JunosShell
from lab.latency import far
from lab.netconf import Netconf
from lab.nxos import NxosShell
from lab.shell import SessionEnded, Shell
from lab.xr import XrShell

SHELLS: dict[str, type[Shell | JunosShell]] = {
    "cisco_ios": IosShell, "arista_eos": EosShell, "cisco_nxos": NxosShell, "cisco_xr": XrShell,
    "juniper_junos": JunosShell,
}  # fmt: skip
FLEET = "127.77."  # where the lab's devices are
MORE = " --More-- "
SLOW_SECONDS = 2.0
PAGE_LINES_BEFORE_DROP = 20
RESET = struct.pack("ii", 1, 0)  # closes without a word, as a port where nobody listens
_sessions = count(1)

Find = Callable[[str], LabDevice | None]


class Login(asyncssh.SSHServer):
    """Password login with the device's one account."""

    def __init__(self, device: LabDevice) -> None:
        self.device = device
        self.username = ""

    @override
    def begin_auth(self, username: str) -> bool:
        self.username = username
        return True

    @override
    def password_auth_supported(self) -> bool:
        return True

    @override
    def validate_password(self, username: str, password: str) -> bool:
        return self.device.lets_in(username, password)

    @override
    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> bool:
        """A jump host leads to devices of the lab and nowhere else."""
        return (
            self.device.forwards and dest_host.startswith(FLEET) and dest_port == self.device.port
        )

    @override
    def session_requested(self) -> asyncssh.SSHServerSession[str]:
        return Terminal(self.device, self.username)


class Terminal(asyncssh.SSHServerSession[str]):
    """Characters to lines, echo, paging, and the faults of a bad line."""

    def __init__(self, device: LabDevice, username: str) -> None:
        privileged = device.enable_secret is None
        self.shell = SHELLS[device.platform](device, username, next(_sessions), privileged)
        self.netconf: Netconf | None = None
        self.device = device
        self.channel: asyncssh.SSHServerChannel[str] | None = None
        self.typed = ""
        self.pending: list[str] = []
        self.work = asyncio.Queue[str]()
        self.resting = False  # at a prompt, with nothing typed yet
        self.task: asyncio.Task[None] | None = None
        self.heard = asyncio.Event()
        self.heard.set()

    @override
    def connection_made(self, chan: asyncssh.SSHServerChannel[str]) -> None:
        self.channel = chan

    @override
    def shell_requested(self) -> bool:
        return True

    @override
    def exec_requested(self, command: str) -> bool:
        self.work.put_nowait(command)
        return False

    @override
    def subsystem_requested(self, subsystem: str) -> bool:
        if subsystem != "netconf" or self.device.platform != "juniper_junos":
            return False
        self.netconf = Netconf(self.device, self.shell.username)
        return True

    @override
    def pty_requested(self, _type: str, _size: object, _modes: object) -> bool:
        return True

    @override
    def session_started(self) -> None:
        work = self.run() if self.netconf is None else self.serve_rpcs(self.netconf)
        self.task = asyncio.get_running_loop().create_task(work)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()

    @override
    def data_received(self, data: str, datatype: asyncssh.DataType) -> None:
        """Echo and cut into lines, as a terminal does; CR LF sent together is one line end."""
        if self.netconf is not None:
            for message in self.netconf.messages(data):
                self.work.put_nowait(message)
            return
        last = ""
        for char in data:
            if self.pending:
                self.page(quit_now=char in "qQ")
            elif char == "\n" and last == "\r":
                pass
            elif char in "\r\n":
                self.entered(self.typed)
                self.typed = ""
            elif char == "\x1a":
                self.work.put_nowait("end")
            elif char in "\x08\x7f":
                self.typed = self.typed[:-1]
            elif char.isprintable() or char == "\t":
                self.typed += char
            last = char

    def entered(self, line: str) -> None:
        """A line was typed; what comes ahead of the prompt may be repeated early, or lost."""
        if not self.resting and Fault.FORGETFUL in self.device.faults:
            return
        if not self.resting and Fault.HASTY_ECHO in self.device.faults and not self.shell.hidden:
            self.write(line + "\n")
        self.resting = False
        self.work.put_nowait(line)

    async def run(self) -> None:
        self.write(self.shell.prompt)
        self.resting = True
        while True:
            line = await self.work.get()
            if Fault.SLOW in self.device.faults:
                await asyncio.sleep(SLOW_SECONDS)
            self.write(("" if self.shell.hidden else line) + "\n")
            try:
                answer = self.shell.feed(line)
            except SessionEnded:
                self.close()
                return
            if isinstance(self.shell, Shell) and self.shell.busy:
                await asyncio.sleep(self.shell.busy * self.device.second)
                self.shell.busy = 0.0
            if Fault.DROP in self.device.faults and answer.count("\n") > PAGE_LINES_BEFORE_DROP:
                self.write(answer[: len(answer) // 2])
                self.drop()
                return
            if Fault.ENDLESS in self.device.faults and answer.count("\n") > PAGE_LINES_BEFORE_DROP:
                await self.repeat(answer)
                return
            self.answer(answer)
            self.resting = self.work.empty()

    async def serve_rpcs(self, netconf: Netconf) -> None:
        """NETCONF's messages, one after another, until the client closes its session."""
        self.write(netconf.hello())
        try:
            while True:
                message = await self.work.get()
                if Fault.SLOW in self.device.faults:
                    await asyncio.sleep(SLOW_SECONDS)
                try:
                    answer = netconf.answer(message)
                except SessionEnded:
                    self.drop()
                    return
                if Fault.DROP in self.device.faults and "<configuration-text" in answer:
                    self.write(answer[: len(answer) // 2])
                    self.drop()
                    return
                self.write(answer)
                if "<close-session" in message:
                    self.close()
                    return
        finally:
            netconf.end()

    async def repeat(self, text: str) -> None:
        """Say the same for ever, as fast as it is listened to."""
        while self.channel is not None and not self.channel.is_closing():
            self.write(text)
            await self.heard.wait()
            await asyncio.sleep(0)

    @override
    def pause_writing(self) -> None:
        self.heard.clear()

    @override
    def resume_writing(self) -> None:
        self.heard.set()

    def answer(self, text: str) -> None:
        lines = text.splitlines(keepends=True)
        length = self.shell.page_lines
        if length and len(lines) > length:
            self.pending = lines
            self.page(quit_now=False)
            return
        self.write(text + self.shell.prompt)

    def page(self, *, quit_now: bool) -> None:
        """Print the next page, and --More-- while there is another."""
        length = self.shell.page_lines
        shown, self.pending = self.pending[:length], [] if quit_now else self.pending[length:]
        self.write("\b" * len(MORE) + "".join(shown))
        self.write(MORE if self.pending else self.shell.prompt)

    def write(self, text: str) -> None:
        if self.channel is not None and not self.channel.is_closing():
            plain = self.netconf is not None
            self.channel.write(text if plain else text.replace("\n", "\r\n"))

    def close(self) -> None:
        if self.channel is not None:
            self.channel.exit(0)

    def drop(self) -> None:
        """Close the connection, and not the session only."""
        if self.channel is not None:
            self.channel.get_connection().close()


async def serve(listener: socket.socket, find: Find, *, round_trip: float = 0.0) -> None:
    """Accept until cancelled; a connection to an address that is no device is closed."""
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()
    while True:
        client, _ = await loop.sock_accept(listener)
        address = client.getsockname()[0]
        device = find(address) if address.startswith("127.") else None
        if device is None or device.down:
            if device is not None:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.close()
            continue
        task = loop.create_task(_session(client, device, round_trip))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _session(client: socket.socket, device: LabDevice, round_trip: float) -> None:
    if round_trip:
        client = await far(client, round_trip)
    with suppress(asyncssh.Error, OSError, asyncio.IncompleteReadError):
        connection = await asyncssh.run_server(
            client,
            server_factory=lambda: Login(device),
            server_host_keys=[device.key()],
            line_editor=False,
            allow_pty=True,
            login_timeout=20,
        )
        try:
            await booting.up_while(device, connection.wait_closed())
        finally:
            connection.abort()
            await connection.wait_closed()
            await asyncio.sleep(0)  # the transport closes its socket in the next round
