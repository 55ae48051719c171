"""Which lines of a change touch the way that Trimtab comes in by. Pure: marks and names only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from changes.risk.management import Managed, Words, bare, holds, statement, words_of
from changes.risk.model import Touch

Mark = tuple[tuple[str, ...], str, str]
"""The sections above a line, the line, and its side: `missing` comes, `extra` goes."""

AWAY = ("shutdown", "address")
"""After these it says nothing more that the interface is touched at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement that comes or goes, of an interface or of something else."""

    told: str
    side: str
    interface: str = ""
    line: str = ""

    @property
    def place(self) -> str:
        sign = "-" if self.side == "extra" else "+"
        return f"{sign} {self.told.replace(chr(10), ' / ')}"


def said(marks: Iterable[Mark], *, platform: str) -> tuple[Said, ...]:
    """The statements of a plan's declared difference."""
    words, found = words_of(platform), list[Said]()
    for path, line, side in marks:
        told = statement((*path, line))
        of = words.interface.match(told)
        interface, below = (of["interface"], of["line"]) if of else ("", "")
        found.append(Said(told=told, side=side, interface=interface, line=below))
    return tuple(found)


def needs_text(statements: Sequence[Said], *, platform: str) -> bool:
    """Whether it takes the device's configuration to tell what these statements touch."""
    words = words_of(platform)
    asked = (words.filter, words.vrf, words.vlan, words.route, words.routing)
    return any(
        one.interface or any(pattern.match(bare(one.told)) for pattern in asked)
        for one in statements
    )


def taken_down(statements: Iterable[Said], *, platform: str) -> tuple[str, ...]:
    """The interfaces that go down."""
    words = words_of(platform)
    down = (one.interface for one in statements if one.interface and _down(one, words))
    return tuple(dict.fromkeys(down))


def touches(statements: Sequence[Said], known: Managed, *, platform: str) -> tuple[Touch, ...]:
    """What of the management path the statements touch, each place once."""
    words = words_of(platform)
    down = {name.lower() for name in taken_down(statements, platform=platform)}
    if known.members and known.members <= down:  # no port of the bundle is left
        known = replace(known, interfaces=known.interfaces | known.members)
    found = dict.fromkeys(
        Touch(code=code, place=one.place)
        for one in statements
        for code in (_interface if one.interface else _elsewhere)(one, known, words)
    )
    gone = any(one.code in AWAY for one in found)
    return tuple(one for one in found if not (gone and one.code == "interface"))


def _interface(one: Said, known: Managed, words: Words) -> Iterator[str]:
    name, line = one.interface.lower(), bare(one.line)
    down = _down(one, words)
    if not known.interfaces:
        if down or words.address.match(line) or words.vrf_of.match(line):
            yield "maybe"
    elif name in known.interfaces and not words.quiet.match(line):
        yield "shutdown" if down else _on_interface(line, known, words)
    elif name in known.members and down:
        yield "interface"


def _on_interface(line: str, known: Managed, words: Words) -> str:
    if holds(line, known.address) or line in {"ip address", "ipv4 address"}:
        return "address"
    if words.vrf_of.match(line):
        return "vrf"
    return "filter" if words.filter_of.match(line) else "interface"


def _down(one: Said, words: Words) -> bool:
    gone, come = one.side == "extra", one.side != "extra"
    return bool((come and words.down.match(one.line)) or (gone and words.up.match(one.line)))


def _elsewhere(one: Said, known: Managed, words: Words) -> Iterator[str]:
    told = bare(one.told)
    for code, pattern in words.always.items():
        if pattern.match(told):
            yield code
    if (found := words.login.match(told)) and found["name"] == known.login:
        yield "login"
    if (found := words.filter.match(told)) and found["name"].lower() in known.filters:
        yield "filter"
    if (found := words.vlan.match(told)) and found["name"] == known.vlan:
        yield "interface"
    yield from _ways(told, known, words)
    for code, pattern in (("aaa", words.aaa), ("line", words.line), ("ssh", words.ssh)):
        if pattern.match(told):
            yield code


def _ways(told: str, known: Managed, words: Words) -> Iterator[str]:
    """Tables and routes, where they are of the VRF that the address is in."""
    if (found := words.vrf.match(told)) and found["name"].lower() == known.vrf:
        yield "vrf"
    if found := words.route.match(told):
        named = next((one for one in found.groups() if one), "").lower()
        if not known.interfaces or named == known.vrf:
            yield "route"
    if words.routing.match(told) and (not known.vrf or known.vrf in told.lower()):
        yield "routing"
