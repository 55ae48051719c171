"""Which blocks of two texts differ at all, before anything is parsed. Pure.

Blocks are compared as whole strings and as sets, so that what both sides have costs next to
nothing. Nothing is decided here: a block named may still turn out to say the same.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import itemgetter

from drift.engine.texts import CHILD, STRAY, VALUE, Numbered, blocks, joined, numbers, strays

HEAD = itemgetter(0)
FEW = 4  # lines that are looked for one by one


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
    start, tail = shared_ends(a, b)
    found = _between(a, b, start, tail)
    if found is None or STRAY.match(a, len(a) - tail):
        return None
    extra, missing = found
    heads = {head(one) for _, one in (*extra, *missing)}
    heads = {one for one in heads if not ignored.match(one)}
    if _stand_in(heads, a[: start + 1]) or _stand_in(heads, a[len(a) - tail :]):
        found = _between(a, b, 0, 1)  # the shared ends hold pieces of the same sections
    return found


def unlike_blocks(
    theirs: Sequence[str], ours: Sequence[str], *, sections: bool = True
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Index and text of the blocks that the other side lacks; `sections` if any has lines below."""
    return _lacking(theirs, ours, set(theirs), set(ours), sections=sections)


def _lacking(
    theirs: Sequence[str], ours: Sequence[str], mine: set[str], yours: set[str], *, sections: bool
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    split = _split_heads(mine) | _split_heads(yours) if sections else set[str]()
    if split:
        mine = {one for one in mine if head(one) not in split}
        yours = {one for one in yours if head(one) not in split}
    return (
        [(i, one) for i, one in enumerate(theirs) if one not in yours],
        [(i, one) for i, one in enumerate(ours) if one not in mine],
    )


def unlike_lines(a: str, b: str) -> tuple[list[Numbered], list[Numbered], bool]:
    """As `unlike` for framed texts without sections, and whether what both have is in one order."""
    start, tail = shared_ends(a, b)
    theirs = a[start + 1 : len(a) - tail].split("\n")
    ours = b[start + 1 : len(b) - tail].split("\n")
    mine, yours = set(theirs), set(ours)
    extra = [(i, one) for i, one in enumerate(theirs) if one not in yours]
    missing = [(i, one) for i, one in enumerate(ours) if one not in mine]
    in_step = _without(theirs, extra) == _without(ours, missing)
    shared = f"{a[: start + 1]}{a[len(a) - tail :]}"
    known = _standing({one for _, one in (*extra, *missing)}, shared)
    first = a.count("\n", 0, start) + 1
    return (
        [(first + i, one) for i, one in extra if one not in known],
        [(first + i, one) for i, one in missing if one not in known],
        in_step,
    )


def _without(lines: Sequence[str], gone: Sequence[tuple[int, str]]) -> list[str]:
    left = list(lines)
    for index, _ in reversed(gone):
        del left[index]
    return left


def _standing(lines: set[str], shared: str) -> set[str]:
    """Those of the lines that stand in a shared part."""
    if len(lines) > FEW:
        return lines.intersection(shared.split("\n"))
    return {one for one in lines if f"\n{one}\n" in shared}


def head(block: str) -> str:
    return block.partition(CHILD)[0]


def _split_heads(found: set[str]) -> set[str]:
    """Headers that stand above more than one text."""
    if len(_heads(found)) == len(found):
        return set()
    return {one for one, count in Counter(map(head, found)).items() if count > 1}


def _between(a: str, b: str, start: int, tail: int) -> tuple[list[Numbered], list[Numbered]] | None:
    """What differs between the shared ends; None where comments stand within sections."""
    inner, outer = a[start + 1 : len(a) - tail], b[start + 1 : len(b) - tail]
    theirs, ours = inner.split("\n"), outer.split("\n")
    mine, yours = set(theirs), set(ours)
    sections = CHILD in inner or CHILD in outer
    if sections and (strays(mine) or strays(yours)):
        return None
    extra, missing = _lacking(theirs, ours, mine, yours, sections=sections)
    first = _lines(a, start) + 1
    if not sections and VALUE not in inner and VALUE not in outer:  # each block is one line
        return [(first + i, one) for i, one in extra], [(first + i, one) for i, one in missing]
    return _numbered(theirs, extra, first), _numbered(ours, missing, first)


def _numbered(
    found: Sequence[str], chosen: Sequence[tuple[int, str]], first: int
) -> list[Numbered]:
    counted = numbers(found, (i for i, _ in chosen), first=first)
    return list(zip(counted, (one for _, one in chosen), strict=True))


def _stand_in(heads: set[str], shared: str) -> bool:
    """Whether a shared part has a line with one of these headers."""
    return bool(heads) and not heads.isdisjoint(_heads(shared.split("\n")))


def _heads(found: Iterable[str]) -> set[str]:
    return set(map(HEAD, map(str.partition, found, repeat(CHILD))))


def _lines(text: str, end: int) -> int:
    return sum(text.count(mark, 0, end) for mark in ("\n", CHILD, VALUE))


def shared_ends(a: str, b: str) -> tuple[int, int]:
    """How far both texts are the same from the start, and from the end; each up to a line end."""
    start = _same_start(a, b)
    return start, _same_end(a, b, start)


def _same_start(a: str, b: str) -> int:
    """The place of the last line end up to which both texts are the same."""
    limit = min(len(a), len(b))
    known, step = 0, 64
    while known < limit and a[known : known + step] == b[known : known + step]:
        known, step = known + step, step * 2
    low, high = known, min(known + step, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return max(a.rfind("\n", 0, min(low, limit)), 0)


def _same_end(a: str, b: str, start: int) -> int:
    """How many characters from a line end on are the same at the end, without the shared start."""
    limit = min(len(a), len(b)) - start
    known, step = 0, 64
    while known + step <= limit and _tail(a, known, step) == _tail(b, known, step):
        known, step = known + step, step * 2
    low, high = known, min(known + step, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if _tail(a, low, middle - low) == _tail(b, low, middle - low):
            low = middle
        else:
            high = middle - 1
    place = a.find("\n", len(a) - min(low, limit))
    return len(a) - place if place >= 0 else 1


def _tail(text: str, skip: int, size: int) -> str:
    end = len(text) - skip
    return text[end - size : end]
