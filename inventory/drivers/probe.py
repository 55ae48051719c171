"""Find out what answers at an address. Reads only; the platform is told from data."""

import re
import socket
import time
from dataclasses import dataclass, field, replace
from typing import Literal

from inventory.drivers import host_keys, reading
from inventory.drivers.asking import Asking, Detection
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.protocol import Facts, Neighbour
from inventory.drivers.sessions import open_session
from inventory.platforms import Platform, known_platforms, platform_of

BANNER_BYTES = 255  # RFC 4253, section 4.2
GREETING_BYTES = 4096  # lines that a server may send before its identification
BANNER_SECONDS = 5.0
NEIGHBOUR_BYTES = 8192  # of one neighbour's entry
MOST_NEIGHBOURS = 1000  # of one device
QUESTIONS = ("show version", "uname -a")  # what most answer; the rest follows from data
ORDER = (
    "sonic", "vyos", "frr", "arista_eos", "aruba_aoscx", "nokia_srl", "huawei_vrp", "hp_comware",
    "fortinet", "mikrotik_routeros", "cisco_nxos", "cisco_xr", "juniper_junos", "cisco_ios",
    "linux",
)  # fmt: skip
"""Those whose words others use too come last."""

Evidence = Literal["", "banner", "answer", "netmiko", "import"]
"""What a platform is known by; a banner is only a hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who answered; `platform` is None where nothing was recognised."""

    hostname: str
    platform: str | None
    host_key: PublicKey
    evidence: Evidence = ""
    facts: Facts = field(default_factory=Facts)
    lldp: tuple[Neighbour, ...] = ()
    cdp: tuple[Neighbour, ...] = ()


def banner(address: str, port: int, *, timeout: float) -> str | None:
    """The SSH identification line of whatever listens there.

    None where nobody does or the connection is closed without a word, empty where it is no SSH
    server. Made visible, 255 characters at most.
    """
    try:
        with socket.create_connection((address, port), timeout=timeout) as stream:
            return _identification(stream, time.monotonic() + BANNER_SECONDS)
    except OSError:
        return None


def _identification(stream: socket.socket, until: float) -> str | None:
    heard = b""
    while len(heard) < GREETING_BYTES and (left := until - time.monotonic()) > 0:
        stream.settimeout(left)
        try:
            piece = stream.recv(BANNER_BYTES)
        except TimeoutError:
            break
        if not piece:
            return "" if heard else None
        heard += piece
        for line in heard.split(b"\n")[:-1]:
            if line.startswith(b"SSH-"):
                return visible(line.decode("ascii", errors="replace").rstrip("\r"))
    return ""


def visible(text: str, *, most: int = BANNER_BYTES) -> str:
    """A stranger's text in one printable line of limited length."""
    return "".join(
        char if char.isprintable() else f"\\x{ord(char):02x}" for char in text[:most]
    )[:most]  # fmt: skip


def host_key(address: str, port: int, *, timeout: float) -> PublicKey:
    """The SSH host key presented there, or DeviceUnreachable; no credential is sent."""
    return host_keys.fetch(
        Login(hostname="?", address=address, port=port, platform="", username="", timeout=timeout)
    )


def identify(login: Login) -> Identity:
    """Sign in once and ask what this is and whom it sees; raises a DeviceError when that fails."""
    with open_session(replace(login, enable=None), "terminal_server") as session:
        asking = Asking(session.connection, login)
        name = reading.PROMPT.match(asking.prompt)
        who = Identity(
            hostname=visible(reading.short_name(name["hostname"])) if name else "",
            platform=None, host_key=session.host_key,
        )  # fmt: skip
        for question in _questions():
            shown = asking(question)
            found = recognised(shown)
            if found is not None:
                return _described(who, asking, platform_of(found), {question: shown})
        detected = _trimtabs(Detection(asking).autodetect())
    return replace(who, platform=detected, evidence="netmiko" if detected else "")


def _questions() -> tuple[str, ...]:
    told = (platform_of(name).commands.version for name in ORDER)
    return tuple(dict.fromkeys([*QUESTIONS, *(one for one in told if one is not None)]))


def _described(
    who: Identity, asking: Asking, platform: Platform, answers: dict[str, str]
) -> Identity:
    def answer(command: str | None) -> str:
        if command is None:
            return ""
        return answers[command] if command in answers else asking(command)

    told = reading.facts(platform, answer(platform.commands.version))
    commands = platform.commands
    return replace(
        who, platform=platform.name, evidence="answer",
        facts=Facts(
            model=told.model and visible(told.model), serial=told.serial and visible(told.serial),
            os_version=told.os_version and visible(told.os_version),
        ),
        lldp=neighbours(platform.neighbour_head, platform.neighbour, answer(commands.lldp)),
        cdp=neighbours(platform.cdp_head, platform.cdp_neighbour, answer(commands.cdp)),
    )  # fmt: skip


def _trimtabs(netmikos: str | None) -> str | None:
    """Netmiko's name of a platform as ours, None where we have none for it."""
    names = {platform.name for platform in known_platforms()}
    return netmikos if netmikos in names else None


def neighbours(
    head: re.Pattern[str] | None, whole: re.Pattern[str] | None, shown: str
) -> tuple[Neighbour, ...]:
    """The neighbours in an answer, entry by entry: no entry can make the search run long."""
    if head is None or whole is None:
        return ()
    starts = [found.start() for found in head.finditer(shown)][:MOST_NEIGHBOURS]
    entries = (
        shown[start : min(end, start + NEIGHBOUR_BYTES)]
        for start, end in zip(starts, [*starts[1:], len(shown)], strict=False)
    )
    matches = (whole.search(entry) for entry in entries)
    return tuple(
        Neighbour(
            interface=visible(match["interface"]),
            peer_name=visible(reading.short_name(match["peer_name"])),
            peer_interface=visible(match["peer_interface"]),
            peer_address=match.groupdict().get("peer_address"),
        )
        for match in matches
        if match is not None
    )


def recognised(shown: str) -> str | None:
    """The platform whose words stand in an answer."""
    return _first("identify", shown)


def hinted(banner_line: str) -> str | None:
    """The platform whose SSH server says such a line; a hint, no proof."""
    return _first("banner", banner_line)


def _first(pattern: Literal["identify", "banner"], text: str) -> str | None:
    for name in ORDER:
        words: re.Pattern[str] | None = getattr(platform_of(name), pattern)
        if words is not None and words.search(text):
            return name
    return None
