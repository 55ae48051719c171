"""Find a literal text or a regular expression in configurations, line by line. Pure.

RE2 reads each byte once, whatever the expression is: none is too hard for it, and in exchange it
knows no backreferences and no lookaround.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Literal, Protocol

import re2

from core.errors import InvalidInput
from inventory.store.blame import sections

How = Literal["literal", "regex"]

LONGEST = 1000  # characters of a pattern
MEMORY = 8 << 20  # bytes that an expression may take
SHOWN = 500  # characters of a line that are shown


class Match(Protocol):
    def start(self) -> int: ...

    def end(self) -> int: ...


class Finder(Protocol):
    """A compiled expression of re2, which has no types of its own."""

    def search(self, text: bytes, /) -> Match | None: ...

    def finditer(self, text: bytes, /) -> Iterator[Match]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line that fits, counted from 1, and the sections above it."""

    number: int
    line: str
    section: tuple[str, ...]


def expression(pattern: str, *, how: How) -> Finder:
    """What finds the pattern within lines, or InvalidInput saying what is wrong with it."""
    if not pattern or len(pattern) > LONGEST or "\n" in pattern:
        raise InvalidInput(f"A pattern is one line of 1 to {LONGEST} characters.")
    options = re2.Options()
    options.never_nl, options.never_capture, options.log_errors = True, True, False
    options.max_mem = MEMORY
    raw = pattern.encode(errors="surrogateescape")
    try:
        found: Finder = re2.compile(
            b"(?m)" + (re2.escape(raw) if how == "literal" else raw), options
        )
    except re2.error as error:
        [why] = error.args or (b"it is no regular expression",)
        told = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        raise InvalidInput(
            "The pattern is no regular expression that can be searched for: "
            f"{told.replace('(?m)', '', 1)}. The syntax is RE2's; search for it literally if that "
            "is what is meant."
        ) from error
    return found


def places(plain: bytes, found: Finder, *, most: int) -> list[Place]:
    """The first lines of the text that fit, at most so many."""
    if found.search(plain) is None:  # most texts: nothing else is worked out for them
        return []
    raw = plain.splitlines(keepends=True)
    starts = list(accumulate(map(len, raw), initial=0))
    lines = [one.decode(errors="replace").rstrip("\r\n") for one in raw]
    above = sections(lines)
    return [
        Place(number=one + 1, line=lines[one][:SHOWN], section=above[one])
        for one in islice(_lines(plain, found, starts), most)
    ]


def _lines(plain: bytes, found: Finder, starts: list[int]) -> Iterator[int]:
    last = -1
    for match in found.finditer(plain):
        line = bisect_right(starts, match.start()) - 1
        if line != last and line < len(starts) - 1:
            yield line
            last = line
