"""A simulated device's state: configurations, files, faults, and a journal of what was typed."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import asyncssh

from lab import junos_config, logins
from lab.images import FIRST, Image
from lab.tree import Node, parse, render

INDENT = {"cisco_ios": " ", "arista_eos": "   ", "cisco_nxos": "  ", "cisco_xr": " "}
VERSION = {
    "cisco_ios": "15.2(4)E10", "arista_eos": "4.30.1F", "cisco_nxos": "9.3(8)",
    "cisco_xr": "7.5.2", "juniper_junos": "21.4R3.15",
}  # fmt: skip
MODEL = {
    "cisco_ios": "LAB-IOS-48", "arista_eos": "LAB-EOS-48", "cisco_nxos": "LAB-NX-48",
    "cisco_xr": "LAB-XR-9", "juniper_junos": "labx4800",
}  # fmt: skip


class Fault(StrEnum):
    """What can be wrong with a device on demand."""

    SLOW = "slow"  # answers after two seconds
    CUT_OFF = "cut_off"  # shows half (`cut_at`) of its configuration, then its prompt
    DROP = "drop"  # closes the connection in mid-output
    WRONG_PROMPT = "wrong_prompt"  # answers as another host
    NEW_HOST_KEY = "new_host_key"  # shows another SSH host key than before
    FLASH_FULL = "flash_full"  # cannot write files
    REFUSED_SAVE = "refused_save"  # refuses `write memory`
    REFUSED_LOGIN = "refused_login"  # refuses every password
    STALE_LOGIN = "stale_login"  # lets in by its first password, whatever its configuration says
    ENDLESS = "endless"  # never ends a long answer
    HUGE = "huge"  # shows a configuration of 50 MB
    PAGER = "pager"  # pages whatever it is told
    FAKE_PROMPT = "fake_prompt"  # shows its own prompt inside a banner
    ESCAPES = "escapes"  # shows terminal escapes
    BINARY = "binary"  # shows what is no text
    RESTLESS = "restless"  # shows a line that is another one at each reading
    HASTY_ECHO = "hasty_echo"  # repeats at once what is typed ahead, and again when it comes to it
    ERRORS = "errors"  # counts more input errors on its first interface at each reading
    FORGETFUL = "forgetful"  # throws away what is typed while it works
    CORRUPT_COPY = "corrupt_copy"  # damages the images that are copied to it
    NO_BOOT = "no_boot"  # boots no image but its first one
    DEAD = "dead"  # does not come back from a reload


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    interface: str
    peer: str
    peer_interface: str
    peer_address: str = ""
    speaks_cdp: bool = True


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
    forwards: bool = False  # whether it leads to other devices of the lab, as a jump host
    candidate: Node | None = None  # Junos: what no commit has made the running one yet
    locked_by: int | None = None  # Junos: the session that has the candidate locked
    commits: list[str] = field(default_factory=list)  # Junos: the configurations before
    commit_message: str = ""  # Junos: of the last commit
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
    restless: str = "ntp clock-period 36029056"  # what RESTLESS shows, with growing numbers
    readings: int = 0
    cut_at: float = 0.5  # how much CUT_OFF shows
    image: Image | None = None  # what it runs
    store: dict[str, Image] = field(default_factory=dict)  # images of the flash, by full name
    boot_setting: str = ""  # EOS: what its boot-config says
    booted_at: datetime | None = None  # None: long before the lab started
    down: bool = False  # answers nobody
    fell: asyncio.Event = field(default_factory=asyncio.Event)  # ends its sessions

    def __post_init__(self) -> None:
        self.image = FIRST.get(self.platform)
        if self.image is not None:
            disk = "bootflash" if self.platform == "cisco_nxos" else "flash"
            self.boot_setting = f"{disk}:/{self.image.name}"
            self.store[self.boot_setting] = self.image

    @property
    def version(self) -> str:
        """The version of the image that it runs."""
        return VERSION[self.platform] if self.image is None else self.image.version

    def lets_in(self, username: str, password: str) -> bool:
        """By the hash of its configuration where that shows one, else by its first password."""
        self.logins += 1
        if Fault.REFUSED_LOGIN in self.faults or username != self.username:
            return False
        first = password == self.password
        if Fault.STALE_LOGIN in self.faults:
            return first
        fits = logins.fits(self.root, username, password)
        return first if fits is None else fits

    def running(self) -> str:
        """The running configuration without header and `end`, one trailing newline."""
        if self.platform == "juniper_junos":
            return junos_config.braces(self.root)
        return "\n".join(render(self.root, indent=INDENT[self.platform])) + "\n"

    def shown(self) -> str:
        """The running configuration as somebody who asks gets it."""
        if Fault.RESTLESS not in self.faults:
            return self.running()
        self.readings += 1
        words, _, number = self.restless.rpartition(" ")
        return f"{self.running()}{words} {int(number) + self.readings}\n"

    def replace(self, text: str, *, username: str) -> None:
        """Take a whole configuration as the running one, in the open sessions too."""
        self.root.children[:] = self.read(text).children
        self.touched(username)

    def read(self, text: str) -> Node:
        """The tree of a whole configuration; Junos refuses one that it does not understand."""
        if self.platform != "juniper_junos":
            return parse(text)
        root = Node("")
        junos_config.load_text(root, text)
        return root

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
            self.commit_message = ""
            self.replace(guard.before, username=guard.username)

    def touched(self, username: str) -> None:
        self.changed_at, self.changed_by = datetime.now(UTC), username

    def save(self) -> None:
        self.startup = self.running()

    @property
    def shown_hostname(self) -> str:
        if Fault.WRONG_PROMPT in self.faults:
            return "somebody-else"
        if self.platform == "juniper_junos":
            return junos_config.hostname(self.root) or "amnesiac"
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
