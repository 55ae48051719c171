"""Which blocks of two texts differ at all, before anything is parsed. Pure.

Both texts are followed in step as strings, so that what stands alike at the same place costs next
to nothing; what is out of step is compared as sets. Nothing is decided here: a block named may
still turn out to say the same.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter

from drift.engine.texts import CHILD, VALUE, Numbered, blocks, joined, strays
from drift.engine.walk import gaps

HEAD = itemgetter(0)
FEW = 12  # lines that are looked for one by one


@dataclass(frozen=True, slots=True)
class Sides:
    """What is out of step, with line numbers, and the text that stands in step on both sides."""

    gone: Sequence[Numbered]
    come: Sequence[Numbered]
    shared: str


def sides(a: str, b: str, marks: Sequence[str]) -> Sides:
    """Two framed texts in step; `marks` are what stands for a line end in them."""
    gone: list[Numbered] = []
    come: list[Numbered] = []
    shared: list[str] = []
    done, theirs, ours = 0, 1, 1  # where the last gap ended, and the numbers of the lines there
    for gap in gaps(a, b):
        between = a[done : gap.start]
        shared.append(between)
        passed = _lines(between, marks)
        theirs = _out_of_step(a[gap.start : gap.end], theirs + passed, gone, marks)
        ours = _out_of_step(b[gap.begin : gap.close], ours + passed, come, marks)
        done = gap.end
    return Sides(gone, come, "".join((*shared, a[done:])))


def _out_of_step(text: str, number: int, into: list[Numbered], marks: Sequence[str]) -> int:
    """Put the blocks of a stretch into the list; the number of the line behind it."""
    for block in text.split("\n")[1:]:
        into.append((number, block))
        number += 1 + _lines(block, marks[1:])
    return number


def _lines(text: str, marks: Iterable[str]) -> int:
    return sum(map(text.count, marks))


def unlike(a: str, b: str, *, ignored: re.Pattern[str]) -> tuple[list[Numbered], list[Numbered]]:
    """The blocks of two prepared texts that the other one lacks, with their line numbers.

    A section that is written in several places comes with all its places; what is ignored may be
    anywhere.
    """
    found = _unlike(a, b, ignored)
    if found is None:
        a, b = joined(a), joined(b)
        found = _unlike(a, b, ignored)
    return (blocks(a), blocks(b)) if found is None else found


def _unlike(
    a: str, b: str, ignored: re.Pattern[str]
) -> tuple[list[Numbered], list[Numbered]] | None:
    """The same; None where comments stand within sections."""
    found = sides(a, b, ("\n", CHILD, VALUE))
    differing = [one for _, one in (*found.gone, *found.come)]
    shared = found.shared.split("\n")
    if strays(shared) or strays(differing):
        return None
    heads = {head(one) for one in differing}
    heads = {one for one in heads if one and not ignored.match(one)}
    if heads and not heads.isdisjoint(_heads(shared)):
        return unlike_blocks(blocks(a), blocks(b))  # pieces of the same sections stand elsewhere
    return unlike_blocks(found.gone, found.come)


def unlike_blocks(
    theirs: Sequence[Numbered], ours: Sequence[Numbered], *, sections: bool = True
) -> tuple[list[Numbered], list[Numbered]]:
    """The blocks that the other side lacks; `sections` if any has lines below."""
    mine, yours = {one for _, one in theirs}, {one for _, one in ours}
    split = _split_heads(mine) | _split_heads(yours) if sections else set[str]()
    if split:
        mine = {one for one in mine if head(one) not in split}
        yours = {one for one in yours if head(one) not in split}
    return (
        [one for one in theirs if one[1] not in yours],
        [one for one in ours if one[1] not in mine],
    )


def unlike_lines(a: str, b: str) -> tuple[list[Numbered], list[Numbered], bool]:
    """As `unlike` for framed texts without sections, and whether what both have is in one order."""
    found = sides(a, b, ("\n",))
    mine, yours = {one for _, one in found.gone}, {one for _, one in found.come}
    shared = standing(mine | yours, found.shared)
    extra = [one for one in found.gone if one[1] not in yours and one[1] not in shared]
    missing = [one for one in found.come if one[1] not in mine and one[1] not in shared]
    in_step = len(extra) == len(found.gone) and len(missing) == len(found.come)
    return extra, missing, in_step


def standing(lines: set[str], text: str) -> set[str]:
    """Those of the lines that stand in a text; empty ones, which say nothing, always do."""
    if len(lines) > FEW:
        return lines.intersection(text.split("\n"))
    return {one for one in lines if not one or f"\n{one}\n" in text}


def head(block: str) -> str:
    return block.partition(CHILD)[0]


def _split_heads(found: set[str]) -> set[str]:
    """Headers that stand above more than one text."""
    if len(set(_heads(found))) == len(found):
        return set()
    return {one for one, count in Counter(map(head, found)).items() if count > 1}


def _heads(found: Iterable[str]) -> Iterator[str]:
    return map(HEAD, map(str.partition, found, repeat(CHILD)))
