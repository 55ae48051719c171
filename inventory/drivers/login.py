"""What a driver needs to open a session. Plain values; no database, no network."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from inventory.drivers.transcript import Spoken, Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """An SSH host key: its algorithm and its base64 as a known_hosts file has them."""

    algorithm: str
    public_key: str


def at_once(_size: int) -> float:
    """Lets an answer of any size go on without waiting."""
    return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where to sign in and as whom. Secrets never show in its repr.

    `key` is a private key in PEM or OpenSSH form; `host_key` the pinned one, None before the first
    contact; `timeout` in seconds for connecting and for each answer, `max_seconds` and `max_bytes`
    for the whole session; `options` as the CMDB's JSON.
    `jump` is the host to go through, which may need one itself; its `host_key` must be pinned.
    `second` is tried where `password` is refused: while a change replaces one by the other, nobody
    else knows which of them the device takes.
    `unsealed` are the secrets of the lines to be typed, by the marks that the lines have instead.
    `admit` is asked with the bytes that an answer has so far; it may wait, and tells how long.
    `transcript` keeps what its sessions type; who needs them apart gives a login a new one.
    """

    hostname: str
    address: str
    platform: str
    username: str
    port: int = 22
    driver: str = "netmiko"
    password: str | None = field(default=None, repr=False)
    second: str | None = field(default=None, repr=False)
    enable: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    host_key: PublicKey | None = None
    timeout: float = 30.0
    max_seconds: float = 300.0
    max_bytes: int = 64 * 2**20
    options: Mapping[str, object] = field(default_factory=dict)
    unsealed: Mapping[str, str] = field(default_factory=dict, repr=False)
    jump: "Login | None" = None
    admit: Callable[[int], float] = field(default=at_once, repr=False)
    transcript: Transcript = field(default_factory=Transcript, repr=False, compare=False)

    @property
    def place(self) -> str:
        """The device and its address, for messages."""
        return f"{self.hostname} ({self.address}:{self.port})"

    def session(self) -> AbstractContextManager[Spoken]:
        """A session in its transcript, which never tells the secrets of this login."""
        own = (self.password, self.second, self.enable)
        return self.transcript.session(hidden=own, unsealed=self.unsealed)
