"""What texts differ in from a keyframe, and all that of one keyframe as one value. Pure.

A text is the keyframe with hunks put in: no text rests on another one but the keyframe. What
several texts have in common against the keyframe, they share as the same hunk.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from inventory.store.lines import equal_runs, same_at_start

WIDTH = 4  # bytes of a number


class Hunk(NamedTuple):  # thousands are made to search a fleet: a tuple is made fastest
    """From byte `start` of the keyframe on, `dropped` bytes fall away and `text` stands there."""

    start: int
    dropped: int
    text: bytes


Deltas = Mapping[int, tuple[Hunk, ...]]
"""By the number of each text, its hunks in the keyframe's order."""


def hunks(base: bytes, text: bytes) -> tuple[Hunk, ...]:
    """What makes `text` of `base`."""
    before, after = base.splitlines(keepends=True), text.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, before))]
    found, at, there = list[Hunk](), 0, 0
    for run in equal_runs(before, after):
        found += _hunk(base, starts[at], starts[run.before], after[there : run.after])
        at, there = run.before + run.length, run.after + run.length
    found += _hunk(base, starts[at], len(base), after[there:])
    return tuple(found)


def _hunk(base: bytes, start: int, end: int, lines: Sequence[bytes]) -> list[Hunk]:
    """At most one hunk, without the bytes that are the same at both of its ends."""
    was, now = base[start:end], b"".join(lines)
    if was == now:
        return []
    head = same_at_start(was, now)
    tail = same_at_start(was[head:][::-1], now[head:][::-1])
    return [Hunk(start + head, len(was) - head - tail, now[head : len(now) - tail])]


def packed(deltas: Deltas) -> bytes:
    """The deltas as bytes; numbers first, texts last, because alike things compress well."""
    known: dict[Hunk, int] = {}
    for told in deltas.values():
        for hunk in told:
            known.setdefault(hunk, len(known))
    numbers = [len(known), *(one.start for one in known), *(one.dropped for one in known)]
    numbers += (len(one.text) for one in known)
    for place, told in deltas.items():
        ranges = list(_ranges(sorted(known[hunk] for hunk in told)))
        numbers += (place, len(ranges), *(number for pair in ranges for number in pair))
    return _planes(numbers) + b"".join(one.text for one in known)


def unpacked(plain: bytes) -> dict[int, tuple[Hunk, ...]]:
    """All deltas of a value that `packed` made."""
    read = _Read(plain)
    return {place: read.hunks(told) for place, told in _chosen(read.rest)}


def patched(base: bytes, plain: bytes, place: int) -> bytes:
    """The text of that number, from the keyframe and a value that `packed` made.

    KeyError where there is none of that number. Makes no hunks: a search reads thousands of texts.
    """
    read = _Read(plain)
    told = next((told for one, told in _chosen(read.rest) if one == place), None)
    if told is None:
        raise KeyError(place)
    starts, drops, ends, parts, at = read.starts, read.drops, read.ends, list[bytes](), 0
    for one in sorted(told, key=starts.__getitem__):
        parts += (base[at : starts[one]], plain[ends[one] : ends[one + 1]])
        at = starts[one] + drops[one]
    parts.append(base[at:])
    return b"".join(parts)


class _Read:
    """A packed value taken apart: by hunk its start, what it drops and where its text lies."""

    def __init__(self, plain: bytes) -> None:
        numbers, at = _numbers(plain)
        count = numbers[0]
        self.plain = plain
        self.starts = numbers[1 : 1 + count]
        self.drops = numbers[1 + count : 1 + 2 * count]
        self.ends = list(accumulate(numbers[1 + 2 * count : 1 + 3 * count], initial=at))
        self.rest = numbers[1 + 3 * count :]

    def hunks(self, told: Iterable[int]) -> tuple[Hunk, ...]:
        """The hunks of these numbers in the keyframe's order."""
        ends, plain = self.ends, self.plain
        return tuple(
            Hunk(self.starts[one], self.drops[one], plain[ends[one] : ends[one + 1]])
            for one in sorted(told, key=self.starts.__getitem__)
        )


def _chosen(numbers: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    at = 0
    while at < len(numbers):
        place, count = numbers[at], numbers[at + 1]
        until = at + 2 + 2 * count
        pairs = zip(numbers[at + 2 : until : 2], numbers[at + 3 : until : 2], strict=True)
        yield place, [one for first, many in pairs for one in range(first, first + many)]
        at = until


def _planes(numbers: Sequence[int]) -> bytes:
    """How many, then the lowest bytes of all of them, the next ones, and so on: mostly zeros."""
    whole = struct.pack(f"<{len(numbers)}I", *numbers)
    return struct.pack("<I", len(numbers)) + b"".join(whole[byte::WIDTH] for byte in range(WIDTH))


def _numbers(plain: bytes) -> tuple[tuple[int, ...], int]:
    """What `_planes` packed, and where the rest begins."""
    count = int.from_bytes(plain[:WIDTH], "little")
    end = WIDTH * (count + 1)
    whole = bytearray(WIDTH * count)
    for byte in range(WIDTH):
        whole[byte::WIDTH] = plain[WIDTH + byte * count : WIDTH + (byte + 1) * count]
    return struct.unpack(f"<{count}I", whole), end


def _ranges(chosen: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as (first, how many)."""
    for _, group in groupby(enumerate(chosen), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in group]
        yield members[0], len(members)
