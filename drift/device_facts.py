"""What a device is, beside its configuration: expected facts against those seen. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from core.errors import InvalidInput
from drift.engine import Assessment, Difference, Refusal
from drift.engine.model import Side
from drift.engine.sections import file_of
from drift.platforms import platform as named

Kind = Literal[
    "os_version", "serial", "model", "interfaces", "modules", "neighbours", "packages"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
COMPLETE = frozenset({"arista_eos", "cisco_ios", "cisco_nxos", "cisco_xe", "cisco_xr"})
"""Platforms that show an interface even when nothing is configured on it."""

SINGLE: tuple[Kind, ...] = ("os_version", "serial", "model")
SECTION = "[facts]"
REFUSED = "facts are put right on the device or expected anew, not by configuration lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """Facts of a device; None is not said (seen), or anything will do (expected).

    An interface is its name, a module `NAME PART SERIAL`, a neighbour
    `INTERFACE NAME INTERFACE-OF-NAME`, a package `NAME VERSION`; in alphabetical order.
    """

    os_version: str | None = None
    serial: str | None = None
    model: str | None = None
    interfaces: tuple[str, ...] | None = None
    modules: tuple[str, ...] | None = None
    neighbours: tuple[str, ...] | None = None
    packages: tuple[str, ...] | None = None

    def only(self, kinds: Iterable[Kind]) -> "DeviceFacts":
        """The same with other kinds left open."""
        left = set(KINDS) - set(kinds)
        return replace(self, **dict.fromkeys(left))

    def over(self, before: "DeviceFacts") -> "DeviceFacts":
        """These facts, and those of before where these say nothing."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(before, **{name: value for name, value in said.items() if value is not None})

    def tidy(self) -> "DeviceFacts":
        """The same with single spaces and in alphabetical order, as facts are compared."""
        return replace(
            self, interfaces=_tidied(self.interfaces), neighbours=_tidied(self.neighbours),
            modules=_tidied(self.modules), packages=_tidied(self.packages),
        )  # fmt: skip

    @property
    def told(self) -> tuple[str, ...]:
        """The facts line by line."""
        return tuple(f"{kind} {line}" for kind, lines in _lines(self) for line in lines or ())

    def lines(self, kind: Kind) -> tuple[str, ...] | None:
        """The facts of one kind, None where nothing is said of it."""
        lines = dict(_lines(self))[kind]
        return None if lines is None else tuple(lines)


def from_lines(lines: Mapping[Kind, Sequence[str]]) -> DeviceFacts:
    """Facts from their lines by kind, or InvalidInput where a single fact has several."""
    for kind in SINGLE:
        if len(lines.get(kind, ())) > 1:
            raise InvalidInput(f"A device has one {kind}, not {len(lines[kind])}.")
    one = {kind: next(iter(lines.get(kind, ())), None) for kind in SINGLE}
    many = {kind: tuple(lines[kind]) if kind in lines else None for kind in KINDS}
    return DeviceFacts(
        os_version=one["os_version"], serial=one["serial"], model=one["model"],
        interfaces=many["interfaces"], modules=many["modules"],
        neighbours=many["neighbours"], packages=many["packages"],
    )  # fmt: skip


def compare(expected: DeviceFacts, seen: DeviceFacts) -> Assessment:
    """What is expected and not seen (missing), and the other way round (extra).

    Nothing is said of kinds that are not expected, or that the device did not tell.
    """
    found = tuple(
        difference
        for (kind, wanted), (_, shown) in zip(_lines(expected), _lines(seen), strict=True)
        if wanted is not None and shown is not None
        for difference in _unlike(kind, wanted, shown)
    )
    if not found:
        return Assessment(in_sync=True)
    refusals = (Refusal(path=(SECTION,), reason=REFUSED),)
    return Assessment(in_sync=False, differences=found, refusals=refusals)


def interfaces_of(text: str, platform: str) -> tuple[str, ...] | None:
    """The interfaces that exist as hardware does, None where the text does not show them all."""
    if platform not in COMPLETE:
        return None
    data = named(platform)
    heads = (line for line in text.splitlines() if line.startswith("interface "))
    return tuple(
        sorted({one.partition(" ")[2].strip() for one in heads if data.undeletable.match(one)})
    )


def packages_of(text: str) -> tuple[str, ...] | None:
    """The packages of a server's text, None where it has no such section."""
    section = file_of(text, "[packages]")
    return None if section is None else tuple(sorted(section.splitlines()))


def _lines(facts: DeviceFacts) -> Iterator[tuple[Kind, Sequence[str] | None]]:
    for kind in KINDS:
        value = getattr(facts, kind)
        yield kind, (value,) if isinstance(value, str) else value


def _tidied(lines: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if lines is None else tuple(sorted({" ".join(one.split()) for one in lines}))


def _unlike(kind: Kind, wanted: Sequence[str], shown: Sequence[str]) -> Iterator[Difference]:
    for line in sorted(set(wanted) - set(shown)):
        yield _difference(kind, line, "missing")
    for line in sorted(set(shown) - set(wanted)):
        yield _difference(kind, line, "extra")


def _difference(kind: Kind, line: str, side: Side) -> Difference:
    return Difference(
        path=(SECTION,), line=f"{kind} {line}", side=side, running_line=None, intended_line=None
    )
