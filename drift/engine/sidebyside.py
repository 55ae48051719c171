"""Two texts side by side for people: equal, changed, missing and extra lines, equal runs folded.

Patience-like: lines unique on both sides anchor the alignment, so that 5,000 lines take
milliseconds. Pure.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from drift.engine.compare import common
from drift.engine.read import lines_of

Kind = Literal["equal", "changed", "missing", "extra", "fold"]
SMALL = 200  # lines between anchors that are aligned exactly; larger gaps stand as one block


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: intended on the left, running on the right; `text` of a fold counts its lines."""

    kind: Kind
    left_number: int | None = None
    left: str = ""
    right_number: int | None = None
    right: str = ""
    section: str = ""


def rows(running: str, intended: str, *, context: int = 3) -> tuple[Row, ...]:
    """The rows to show, with `context` equal lines around what differs."""
    left, right = lines_of(intended.rstrip("\n")), lines_of(running.rstrip("\n"))
    return tuple(_folded(list(_aligned(left, right)), left, context))


def _aligned(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    i = j = 0
    for a, b in [*_anchors(left, right), (len(left), len(right))]:
        yield from _gap(left, right, (i, a), (j, b))
        if a < len(left):
            yield Row(kind="equal", left_number=a + 1, left=left[a], right_number=b + 1,
                      right=right[b])  # fmt: skip
        i, j = a + 1, b + 1


def _anchors(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of lines unique on both sides, in increasing order on both (longest chain)."""
    once_left, once_right = Counter(left), Counter(right)
    place = {line: i for i, line in enumerate(left) if once_left[line] == 1}
    pairs = [
        (place[line], j) for j, line in enumerate(right) if once_right[line] == 1 and line in place
    ]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = [-1] * len(pairs)
    for index, (i, _) in enumerate(pairs):
        at = bisect_left(tails, i)
        before[index] = ends[at - 1] if at else -1
        tails[at : at + 1], ends[at : at + 1] = [i], [index]
    chain, index = [], ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _gap(
    left: Sequence[str], right: Sequence[str], a: tuple[int, int], b: tuple[int, int]
) -> Iterator[Row]:
    """Rows between two anchors: small gaps aligned exactly, large ones beside each other."""
    ours, theirs = range(*a), range(*b)
    small = len(ours) <= SMALL and len(theirs) <= SMALL
    kept = common([left[i] for i in ours], [right[j] for j in theirs]) if small else []
    i, j = a[0], b[0]
    for x, y in [*((a[0] + x, b[0] + y) for x, y in kept), (a[1], b[1])]:
        while i < x or j < y:
            both = i < x and j < y
            kind: Kind = "changed" if both else "missing" if i < x else "extra"
            yield Row(
                kind=kind,
                left_number=i + 1 if i < x else None, left=left[i] if i < x else "",
                right_number=j + 1 if j < y else None, right=right[j] if j < y else "",
            )  # fmt: skip
            i, j = i + (i < x), j + (j < y)
        if x < a[1]:
            yield Row(kind="equal", left_number=x + 1, left=left[x], right_number=y + 1,
                      right=right[y])  # fmt: skip
            i, j = x + 1, y + 1


def _folded(found: list[Row], left: Sequence[str], context: int) -> Iterator[Row]:
    near = set[int]()
    for index, row in enumerate(found):
        if row.kind != "equal":
            near.update(range(index - context, index + context + 1))
    hidden = 0
    for index, row in enumerate(found):
        if index in near:
            if hidden:
                yield Row(kind="fold", left=f"{hidden} equal lines",
                          section=_section(left, row.left_number))  # fmt: skip
            hidden = 0
            yield row
        else:
            hidden += 1
    if hidden:
        yield Row(kind="fold", left=f"{hidden} equal lines")


def _section(left: Sequence[str], number: int | None) -> str:
    """The section in which a line stands: the last line before it without indent."""
    if number is None:
        return ""
    above = (line for line in reversed(left[: number - 1]) if line and not line[0].isspace())
    return "" if not left[number - 1].startswith(" ") else next(above, "")
