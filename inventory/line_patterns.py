"""Find in a whole text the lines that patterns of single lines match. Pure; changes no text.

A configuration of a million lines is searched by one compiled expression instead of line by line.
What is found may be more than what matches, never less: whoever asks looks at these lines again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import Literal

from inventory.line_bound import Bound, bound

PIECE = 1_000_000  # characters that are looked at in one go
PRINTABLE = bytes(range(0x20, 0x7F))
Span = tuple[int, int]
"""Where a line begins and where it ends, without its line end."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds lines that some patterns may match; both None: every line may be one."""

    at_start: re.Pattern[str] | None
    anywhere: re.Pattern[str] | None

    def spans(self, text: str) -> Iterator[Span]:
        """The lines in question in their order, each once; the first one always."""
        if self.at_start is None and self.anywhere is None:
            return all_lines(text)
        found = [starts(self.at_start, text), matches(self.anywhere, text)]
        return in_order(iter([line_at(text, 0)]), *found)


def finder(patterns: Sequence[re.Pattern[str]], *, how: Literal["match", "search"]) -> Finder:
    """What finds the lines that one of the patterns matches at their start, or anywhere."""
    told = [bound(pattern) for pattern in patterns]
    if None in told or not told:
        return Finder(None, None) if told else Finder(re.compile("(?!)"), None)
    known = [one for one in told if one is not None]
    fixed = [one for one in known if one.at_start or how == "match"]
    free = [one.whole for one in known if not (one.at_start or how == "match")]
    return Finder(
        re.compile(rf"\n(?:{_joined(fixed)})", re.MULTILINE) if fixed else None,
        re.compile("|".join(free), re.MULTILINE) if free else None,
    )


def _joined(fixed: Sequence[Bound]) -> str:
    """The patterns as one; the blanks that many of them begin with are read once a line."""
    indented = "|".join(one.body for one in fixed if one.indented)
    others = [one.body if one.at_start else one.whole for one in fixed if not one.indented]
    return "|".join([*others, *([rf"[^\S\n]*(?:{indented})"] if indented else [])])


def in_order(*found: Iterator[Span]) -> Iterator[Span]:
    """Lines from several searches in their order, each once."""
    return (span for span, _ in groupby(merge(*found)))


def all_lines(text: str) -> Iterator[Span]:
    at = 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield at, end
        at = end + 1


def starts(pattern: re.Pattern[str] | None, text: str) -> Iterator[Span]:
    """The lines that follow a match of a pattern which begins with a line end."""
    if pattern is not None:
        for match in pattern.finditer(text):
            yield line_at(text, match.start() + 1)


def matches(pattern: re.Pattern[str] | None, text: str) -> Iterator[Span]:
    """The lines in which the pattern matches."""
    at = 0
    while pattern is not None and (match := pattern.search(text, at)) is not None:
        span = line_at(text, match.start())
        yield span
        at = span[1] + 1
        if at > len(text):
            return


def holding(word: str, text: str) -> Iterator[Span]:
    """The lines in which the word stands."""
    at = text.find(word)
    while at >= 0:
        span = line_at(text, at)
        yield span
        at = text.find(word, span[1])


def line_at(text: str, at: int) -> Span:
    """The line in which this character stands."""
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


def has_only(text: str, plain: bytes = PRINTABLE) -> bool:
    """Whether nothing stands in the text but these ASCII characters and line ends."""
    return text.isascii() and not any(
        text[at : at + PIECE].encode().translate(None, plain + b"\n")
        for at in range(0, len(text), PIECE)
    )


def may_have_longer(text: str, longest: int) -> bool:
    """Whether a line may be longer than that: False is certain."""
    half = max(longest // 2, 1)
    return any(text.find("\n", at, at + half) < 0 for at in range(0, len(text) - half + 1, half))
