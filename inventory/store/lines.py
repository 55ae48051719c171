"""Which lines two texts share, in their order. Pure; its time grows with the texts' length only.

Lines that stand once on each side anchor the rest (the patience algorithm); what lies between two
anchors is compared in full where it is short, and called different where it is long.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

Line = TypeVar("Line", str, bytes, int)

SHORT = 40_000  # pairs of lines that are worth a full comparison


@dataclass(frozen=True, slots=True)
class Run:
    """So many lines from `before` on are those from `after` on."""

    before: int
    after: int
    length: int


def equal_runs(before: Sequence[Line], after: Sequence[Line]) -> tuple[Run, ...]:
    """The runs of equal lines, from the top; no two of them touch on both sides."""
    return tuple(_joined(_runs(before, after)))


def _runs(before: Sequence[Line], after: Sequence[Line]) -> Iterator[Run]:
    head: int = same_at_start(before, after)
    tail = same_at_start(before[head:][::-1], after[head:][::-1])
    ends: tuple[int, int] = (len(before) - tail, len(after) - tail)
    yield Run(0, 0, head)
    at = (head, head)
    for anchor in (*_anchors(before[head : ends[0]], after[head : ends[1]]), None):
        until = ends if anchor is None else (anchor[0] + head, anchor[1] + head)
        if until[0] >= at[0] and until[1] >= at[1]:  # an anchor may lie in what is matched already
            for run in _between(before[at[0] : until[0]], after[at[1] : until[1]]):
                yield Run(at[0] + run.before, at[1] + run.after, run.length)
            if anchor is not None:
                yield Run(*until, 1)
                at = until[0] + 1, until[1] + 1
    yield Run(*ends, tail)


def same_at_start(before: Sequence[Line], after: Sequence[Line]) -> int:
    """How many lines, or bytes, are the same from the start."""
    pairs = enumerate(zip(before, after, strict=False))
    shorter = min(len(before), len(after))
    return next((place for place, (one, other) in pairs if one != other), shorter)


def _between(before: Sequence[Line], after: Sequence[Line]) -> Iterator[Run]:
    head = same_at_start(before, after)
    yield Run(0, 0, head)
    if 0 < (len(before) - head) * (len(after) - head) <= SHORT:
        found = SequenceMatcher(None, before[head:], after[head:], autojunk=False)
        for block in found.get_matching_blocks():
            yield Run(head + block.a, head + block.b, block.size)


def _anchors(before: Sequence[Line], after: Sequence[Line]) -> list[tuple[int, int]]:
    """Lines that stand once on each side, as many as keep their order."""
    counts, others = Counter(before), Counter(after)
    places = {line: place for place, line in enumerate(after) if others[line] == 1}
    pairs = [
        (place, places[line])
        for place, line in enumerate(before)
        if counts[line] == 1 and line in places
    ]
    return _rising(pairs)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest choice of pairs that rises on both sides."""
    ends: list[int] = []  # the least last place of a choice of each length
    last: list[int] = []  # the pair that this choice ends with
    previous: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [index]
        previous.append(last[length - 1] if length else -1)
    chosen: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = previous[index]
    return chosen[::-1]


def _joined(runs: Iterator[Run]) -> Iterator[Run]:
    held: Run | None = None
    for run in runs:
        if run.length == 0:
            continue
        if held is not None and (run.before, run.after) == (
            held.before + held.length, held.after + held.length,
        ):  # fmt: skip
            held = Run(held.before, held.after, held.length + run.length)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held
