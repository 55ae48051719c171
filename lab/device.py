"""A simulated device's state: configurations, files, faults, and a journal of what was typed."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import asyncssh

from lab.tree import Node, parse, render

INDENT = {"cisco_ios": " ", "arista_eos": "   "}
VERSION = {"cisco_ios": "15.2(4)E10", "arista_eos": "4.30.1F"}
MODEL = {"cisco_ios": "LAB-IOS-48", "arista_eos": "LAB-EOS-48"}


class Fault(StrEnum):
    """What can be wrong with a device on demand."""

    SLOW = "slow"  # answers after two seconds
    CUT_OFF = "cut_off"  # shows half of its configuration, then its prompt
    DROP = "drop"  # closes the connection in mid-output
    WRONG_PROMPT = "wrong_prompt"  # answers as another host
    NEW_HOST_KEY = "new_host_key"  # shows another SSH host key than before
    FLASH_FULL = "flash_full"  # cannot write files
    REFUSED_SAVE = "refused_save"  # refuses `write memory`
    REFUSED_LOGIN = "refused_login"  # refuses every password


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    interface: str
    peer: str
    peer_interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line that a session typed; `mode` is `exec` or `config`."""

    at: datetime
    session: int
    username: str
    mode: str
    line: str


@dataclass(slots=True, kw_only=True)
class Guard:
    """A change that the device takes back by itself unless it is confirmed in time."""

    username: str
    session: str  # EOS's configuration session
    before: str
    seconds: float
    armed_at: datetime
    timer: asyncio.TimerHandle


@dataclass(slots=True, kw_only=True)
class LabDevice:
    """One device. `enable_secret` is None where a login is privileged at once."""

    hostname: str
    platform: str
    address: str
    port: int
    site: str
    username: str
    password: str
    enable_secret: str | None
    serial: str
    neighbours: tuple[Neighbour, ...]
    root: Node
    startup: str = ""
    eapi_port: int = 0
    files: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, list[str]] = field(default_factory=dict)  # EOS configuration sessions
    faults: set[Fault] = field(default_factory=set)
    journal: deque[Entry] = field(default_factory=lambda: deque(maxlen=100_000))
    host_key: asyncssh.SSHKey | None = None
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed_by: str = "console"
    logins: int = 0
    guard: Guard | None = None
    second: float = 1.0  # how long one takes on the device's own timers

    def running(self) -> str:
        """The running configuration without header and `end`, one trailing newline."""
        return "\n".join(render(self.root, indent=INDENT[self.platform])) + "\n"

    def replace(self, text: str, *, username: str) -> None:
        """Take a whole configuration as the running one, in the open sessions too."""
        self.root.children[:] = parse(text).children
        self.touched(username)

    def arm(self, *, username: str, seconds: float, before: str, session: str = "") -> None:
        """Go back to `before` when the time is over; to be called in the lab's event loop."""
        self.disarm()
        timer = asyncio.get_running_loop().call_later(seconds * self.second, self.take_back)
        self.guard = Guard(
            username=username, session=session, before=before, seconds=seconds,
            armed_at=datetime.now(UTC), timer=timer,
        )  # fmt: skip

    def disarm(self) -> None:
        """Keep what is guarded."""
        if self.guard is not None:
            self.guard.timer.cancel()
        self.guard = None

    def take_back(self) -> None:
        """Undo what is guarded."""
        guard = self.guard
        self.disarm()
        if guard is not None:
            self.sessions.pop(guard.session, None)
            self.replace(guard.before, username=guard.username)

    def touched(self, username: str) -> None:
        self.changed_at, self.changed_by = datetime.now(UTC), username

    def save(self) -> None:
        self.startup = self.running()

    @property
    def shown_hostname(self) -> str:
        if Fault.WRONG_PROMPT in self.faults:
            return "somebody-else"
        lines = (node.line for node in self.root.children)
        return next((line.split()[1] for line in lines if line.startswith("hostname ")), "router")

    def note(self, *, session: int, username: str, mode: str, line: str) -> None:
        self.journal.append(
            Entry(at=datetime.now(UTC), session=session, username=username, mode=mode, line=line)
        )

    def key(self) -> asyncssh.SSHKey:
        """The host key, made at first contact, and another one under NEW_HOST_KEY."""
        if Fault.NEW_HOST_KEY in self.faults:
            return asyncssh.generate_private_key("ssh-ed25519")
        if self.host_key is None:
            self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        return self.host_key
