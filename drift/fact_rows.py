"""Expected facts beside those seen, as rows for people. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from drift.device_facts import KINDS, DeviceFacts, Kind
from drift.engine import Difference

Standing = Literal["as_expected", "differs", "not_expected", "not_told"]
NAMED: tuple[Kind, ...] = ("neighbours", "packages")
"""Kinds whose lines begin with a name; what is expected and seen of one name is one row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """All of one kind; None is not expected, or not told by the device."""

    kind: Kind
    expected: tuple[str, ...] | None
    seen: tuple[str, ...] | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """One thing that is not as expected; an empty text is not there."""

    kind: str
    expected: str
    seen: str


def by_kind(expected: DeviceFacts, seen: DeviceFacts) -> tuple[KindRow, ...]:
    """Every kind that is expected or that the device tells."""
    rows = (_kind_row(kind, expected.lines(kind), seen.lines(kind)) for kind in KINDS)
    return tuple(row for row in rows if (row.expected, row.seen) != (None, None))


def pairs(differences: Sequence[Difference]) -> tuple[PairRow, ...]:
    """What differs, the two sides of one thing in one row."""
    return tuple(row for kind in KINDS for row in _pairs(kind, differences))


def _kind_row(
    kind: Kind, expected: tuple[str, ...] | None, seen: tuple[str, ...] | None
) -> KindRow:
    alike = set(expected or ()) == set(seen or ())
    standing: Standing = "as_expected" if alike else "differs"
    if expected is None:
        standing = "not_expected"
    elif seen is None:
        standing = "not_told"
    return KindRow(kind=kind, expected=expected, seen=seen, standing=standing)


def _pairs(kind: Kind, differences: Sequence[Difference]) -> Iterator[PairRow]:
    expected, seen = (_lines(kind, differences, side) for side in ("missing", "extra"))
    if kind == "interfaces":
        yield from (PairRow(kind=kind, expected=line, seen="") for line in expected)
        yield from (PairRow(kind=kind, expected="", seen=line) for line in seen)
        return
    names = sorted({_name(kind, line) for line in (*expected, *seen)})
    for name in names:
        sides = ([one for one in lines if _name(kind, one) == name] for lines in (expected, seen))
        for left, right in zip_longest(*sides, fillvalue=""):
            yield PairRow(kind=kind, expected=left, seen=right)


def _lines(kind: Kind, differences: Sequence[Difference], side: str) -> list[str]:
    head = f"{kind} "
    return [
        one.line.removeprefix(head)
        for one in differences
        if one.side == side and one.line.startswith(head)
    ]


def _name(kind: Kind, line: str) -> str:
    """What makes two lines of a kind speak of the same thing."""
    return line.partition(" ")[0] if kind in NAMED else ""
