"""Make sense of what a command line printed. Pure: no device, no database."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_interface
from itertools import islice, pairwise

from inventory.drivers.protocol import Facts, Interface, Item, Neighbour, NeighbourProtocol
from inventory.platforms import Interfaces, Platform

PROMPT = re.compile(r"^[<\[(]*(?:\S+@)?(?P<hostname>[^\s@>#$:()\]]+)")
CHASSIS = re.compile(r"(?i)\b(?:chassis|rack)\b")
CUT_PROMPT = 20  # IOS shows no more of a hostname in some prompts
SPAN = re.compile(r"(\d+) ?(years?|weeks?|days?|hours?|minutes?|seconds?)\b")
SECONDS = {
    "year": 31_536_000, "week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1,
}  # fmt: skip
MEGABITS = {"K": 1e-3, "M": 1.0, "G": 1e3}
MOST = 10_000  # entries of an answer
LONGEST = 20_000  # characters of an entry


def described(platform: Platform, told: Mapping[str, str]) -> Facts:
    """Everything that the platform's patterns find in the answers, by the name of the command."""
    known, items = facts(platform, told.get("version", "")), _items(platform, told.get("inventory"))
    chassis = next((one for one in items or () if CHASSIS.search(one.name)), Item(name=""))
    return replace(
        known,
        serial=known.serial or chassis.serial or None,
        interfaces=interfaces(platform, told.get("interfaces")),
        items=items,
    )


def facts(platform: Platform, shown: str) -> Facts:
    """The facts that the platform's patterns find in the answer to its version command."""
    found = {name: _value(pattern, shown) for name, pattern in platform.facts.items()}
    return Facts(
        model=found.get("model"),
        serial=found.get("serial"),
        os_version=found.get("os_version"),
        uptime=seconds(found.get("uptime") or ""),
    )


def _value(pattern: re.Pattern[str] | None, text: str) -> str | None:
    match = pattern.search(text) if pattern else None
    return match["value"].strip() if match else None


def seconds(span: str) -> int | None:
    """Seconds of `1 week, 2 days and 3 minutes`, None of words without a span."""
    found = [int(count) * SECONDS[unit.rstrip("s")] for count, unit in SPAN.findall(
        span.replace("(s)", "s")
    )]  # fmt: skip
    return sum(found) if found else None


def interfaces(platform: Platform, shown: str | None) -> tuple[Interface, ...] | None:
    """The interfaces in the order shown, None where none are."""
    read = platform.interfaces
    if read is None or not shown:
        return None
    return tuple(_interface(read, entry) for entry in entries(read.head, shown)) or None


def entries(head: re.Pattern[str], shown: str) -> Iterator[str]:
    """An answer cut at the heads of its entries; long ones are cut, as no search may run long."""
    starts = [found.start() for found in islice(head.finditer(shown), MOST)]
    for start, end in pairwise([*starts, len(shown)]):
        yield shown[start : min(end, start + LONGEST)]


def _interface(read: Interfaces, entry: str) -> Interface:
    head = read.head.search(entry)
    speed = read.speed.search(entry) if read.speed else None
    return Interface(
        name=head["name"] if head else "",
        up=head is not None and head["up"] is not None,
        description=_value(read.description, entry) or "",
        speed=_megabits(speed) if speed else None,
        addresses=tuple(dict.fromkeys(_addresses(read, entry))),
    )


def _megabits(speed: re.Match[str]) -> int:
    return round(float(speed["value"]) * MEGABITS[speed["unit"].upper()])


def _addresses(read: Interfaces, block: str) -> Iterator[str]:
    for pattern in read.addresses:
        for match in pattern.finditer(block):
            address = address_of(match["value"])
            if address is not None:
                yield address


def address_of(text: str) -> str | None:
    """An address with its prefix length in its usual form; None of anything else."""
    try:
        return ip_interface("/".join(text.split())).with_prefixlen
    except ValueError:
        return None


def _items(platform: Platform, shown: str | None) -> tuple[Item, ...] | None:
    if platform.item is None or not shown:
        return None
    found = islice(platform.item.finditer(shown), MOST)
    return tuple(
        Item(name=match["name"].strip(), part=match["part"] or "", serial=match["serial"] or "")
        for match in found
    ) or None  # fmt: skip


def neighbours(platform: Platform, lldp: str, cdp: str = "") -> tuple[Neighbour, ...]:
    """LLDP and CDP neighbours, without domain names, in the order shown, each once."""
    found = [
        *_neighbours(platform.neighbour_head, platform.neighbour, lldp, "lldp"),
        *_neighbours(platform.cdp_head, platform.cdp_neighbour, cdp, "cdp"),
    ]
    return tuple({(one.protocol, one.interface, one.peer_name): one for one in found}.values())


def _neighbours(
    head: re.Pattern[str] | None, whole: re.Pattern[str] | None, shown: str,
    protocol: NeighbourProtocol,
) -> Iterator[Neighbour]:  # fmt: skip
    if head is None or whole is None:
        return
    for match in filter(None, map(whole.search, entries(head, shown))):
        yield Neighbour(
            interface=match["interface"],
            peer_name=short_name(match["peer_name"]),
            peer_interface=match["peer_interface"],
            peer_address=match.groupdict().get("peer_address"),
            protocol=protocol,
        )


def hostname(
    platform: Platform, *, running: str, prompt: str, expected: str, expected_prompt: str = ""
) -> str:
    """The name the device goes by: the expected one only where nothing speaks against it.

    The configuration may hold several names (FRR shows one per daemon): the expected one counts.
    The prompt must show it too (or `expected_prompt`), as a relay in between would show its own.
    """
    shown = PROMPT.match(prompt.strip())
    prompted = shown["hostname"] if shown else ""
    if prompted and not _prompt_of(expected_prompt or expected, prompted, prompt):
        return prompted
    first = None
    for match in platform.hostname.finditer(running) if platform.hostname is not None else ():
        if same_host(match["hostname"], expected):
            return match["hostname"]
        first = match["hostname"] if first is None else first
    return first if first is not None else prompted and expected


def _prompt_of(expected: str, prompted: str, prompt: str) -> bool:
    """Long names are shown cut, some platforms put signs or words around theirs."""
    cut = len(prompted) >= CUT_PROMPT and short_name(expected).startswith(prompted)
    return (
        cut or same_host(prompted, expected) or short_name(expected) in re.split(r"[^\w-]", prompt)
    )


def same_host(first: str, second: str) -> bool:
    """Whether two names are one host's: case and domain do not matter."""
    return short_name(first).lower() == short_name(second).lower()


def short_name(name: str) -> str:
    return name if name.replace(".", "").isdigit() else name.split(".", maxsplit=1)[0]
