"""A report for people as frozen values, before it is HTML or a PDF. Reads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A paragraph; `manner` says how loud it is, `code` is to be typed."""

    text: str
    manner: Literal["plain", "quiet", "warning", "code"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """What is known of one thing: names and values."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of equal things; `widths` are the columns' shares, `left_out` rows are not shown."""

    columns: Row
    rows: Sequence[Row]
    widths: tuple[int, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a configuration: on both sides, only before, only after, or lines left out."""

    kind: Literal["equal", "missing", "extra", "fold"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What became of a configuration; to be unfolded."""

    title: str
    lines: Sequence[Line]


Block = Words | Pairs | Table | Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report; `lead` is the answer in a few sentences."""

    title: str
    lead: str
    sections: Sequence[Section]

    def followed_by(self, *sections: Section) -> "Report":
        return replace(self, sections=(*self.sections, *sections))


def table(columns: Row, rows: Sequence[Row], *, widths: tuple[int, ...] = (), most: int) -> Table:
    """A table of at most so many rows, that says how many it leaves out."""
    return Table(
        columns=columns, rows=tuple(rows[:most]), widths=widths, left_out=max(0, len(rows) - most)
    )
