"""A text as rules see it: blocks of lines, and which rules a line can concern. Pure.

A block is a top-level line with all that belongs to it. Junos' braces are taken as `set`
statements, each a block; what is deactivated there is not configuration.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from drift.engine.statements import statements
from drift.engine.texts import CHILD, CONTROL, VALUE, framed, joined, prepared, said, strays
from drift.platforms import names
from drift.platforms import platform as named

MULTILINE_VALUE = re.compile(r"\x00[^\x01]*")
TRAILING = re.compile(r"(?<=\S)[ \t]+$", re.MULTILINE)
WORD = r"((?:[\w/:-]|\\[^\w\s])+)"
FIRST_WORDS = re.compile(rf"\^{WORD}(?: {WORD})?(?= (?![?*{{])|\$)")
ALTERNATIVES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[|()]")
SAYS_NOTHING = ("", "}")
ABOVE = "above "
COMMENT = re.compile(r"\s*(?:[!#]|$)")


def blocks(text: str, platform: str) -> list[str]:
    """The blocks of a text, in order; a platform that the engine does not know is indented."""
    known = named(platform) if platform in names() else None
    junos = known is not None and known.style == "junos"
    if junos or VALUE in text or CHILD in text:
        text = CONTROL.sub("", text)  # what is no text is not configured
    if junos:
        return _statements(text)
    if " \n" in text or "\t\n" in text:
        text = TRAILING.sub("", text)
    made = prepared(said(text, known), known.multiline) if known else prepared(text, ())
    found = made.split("\n")
    return joined(made).split("\n") if strays(set(found)) else found


def header_of(block: str) -> str:
    """A block's first line; of a multi-line value its first."""
    return block.partition(CHILD)[0].partition(VALUE)[0]


def lines_of(block: str) -> list[str]:
    """A block's lines; of a multi-line value the first one."""
    return (MULTILINE_VALUE.sub("", block) if VALUE in block else block).split(CHILD)


def below(lines: Sequence[str], number: int) -> Iterator[str]:
    """The lines of a block that belong to one of them."""
    indent = _indent(lines[number])
    for line in lines[number + 1 :]:
        if line.strip() and _indent(line) <= indent:
            return
        yield line


def comment(line: str) -> bool:
    """Whether a line says nothing."""
    return COMMENT.match(line) is not None


@dataclass(slots=True)
class Index:
    """Numbers of patterns by the first words of the lines that can match."""

    by_words: dict[str, list[int]] = field(default_factory=dict)
    anywhere: list[int] = field(default_factory=list)

    def add(self, number: int, pattern: re.Pattern[str]) -> None:
        found = [FIRST_WORDS.match(one) for one in alternatives(pattern.pattern)]
        if pattern.flags & re.IGNORECASE or not all(found):
            self.anywhere.append(number)
            return
        for words in {" ".join(filter(None, one.groups())) for one in found if one}:
            self.by_words.setdefault(re.sub(r"\\(.)", r"\1", words), []).append(number)

    def about(self, words: tuple[str, str]) -> Sequence[int]:
        """Those of the patterns with known first words that a line of these words can match."""
        one, two = self.by_words.get(words[0], ()), self.by_words.get(words[1], ())
        return [*one, *two] if one and two else one or two


def first_words(line: str) -> tuple[str, str]:
    """A line's first word, and its first two."""
    first, _, rest = line.partition(" ")
    return first, f"{first} {rest.partition(' ')[0]}"


def alternatives(pattern: str) -> list[str]:
    """The parts of a pattern that is one of several as a whole."""
    depth = start = 0
    found = []
    for mark in ALTERNATIVES.finditer(pattern):
        depth += {"(": 1, ")": -1}.get(mark.group(), 0)
        if mark.group() == "|" and depth == 0:
            found.append(pattern[start : mark.start()])
            start = mark.end()
    return [*found, pattern[start:]]


def _statements(text: str) -> list[str]:
    """The `set` statements of a Junos text in either style, without what is deactivated."""
    pieces = prepared(text, ()).split("\n") if "{" in text else [framed(text)]
    found = [one for piece in pieces if piece not in SAYS_NOTHING for one in _stated(piece)]
    off = {one.replace("deactivate ", "set ", 1) for one in found if one.startswith("deactivate ")}
    return [one for one in found if not _within(one, off)] if off else found


@lru_cache(maxsize=20_000)
def _stated(piece: str) -> tuple[str, ...]:
    lines = piece.replace(CHILD, "\n")
    if lines.endswith(";"):  # a leaf outside of all braces reads as one only below some
        lines = f"{ABOVE}{{\n{lines}\n}}"
    return tuple(one.text.replace(ABOVE, "", 1) for one in statements(lines))


def _within(statement: str, paths: set[str]) -> bool:
    """Whether the statement is one of these paths, or below one."""
    words = statement.split(" ")
    return any(" ".join(words[:count]) in paths for count in range(2, len(words) + 1))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
