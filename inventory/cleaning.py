"""Take from a captured text what changes by itself. Pure; never touches configuration lines."""

import re
from functools import cache

from inventory.line_patterns import Finder, finder, line_at
from inventory.platforms import Patterns, Platform

VISIBLE = re.compile(r"\S")
ODD = re.compile(  # a pager's question, terminal escapes (ECMA-48)
    r" ?<?-+ ?\(?[Mm]ore\b[^\n-]{0,40}-+>? ?"
    r"|(?:\x1b\[|\x9b)[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]"
)
TOLD = 250  # characters kept of a word that a device says of itself


def clean(text: str, platform: Platform) -> str:
    """The text with LF line ends, without volatile lines and without blank lines around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _trimmed(_steady(text, platform.volatile))


def _steady(text: str, volatile: Patterns) -> str:
    """The text without the lines that one of these patterns matches."""
    kept, at = list[str](), 0
    for start, end in _volatile(volatile).spans(text):
        line = text[start:end]
        if any(pattern.match(line) for pattern in volatile):
            kept.append(text[at:start])
            at = end + 1
    return "".join((*kept, text[at:])) if at else text


@cache
def _volatile(patterns: Patterns) -> Finder:
    return finder(patterns, how="match")


def _trimmed(text: str) -> str:
    first, end = VISIBLE.search(text), len(text.rstrip())
    if first is None:
        return ""
    start, stop = line_at(text, first.start())[0], line_at(text, end - 1)[1]
    if start == 0 and stop == len(text) - 1:
        return text
    return f"{text[start:stop]}\n"


def visible(line: str, *, gap: str = "") -> str:
    """The line as a person reads it: without pager, terminal escapes and what does not print.

    `gap` stands where a pager or an escape was.
    """
    return "".join(char for char in ODD.sub(gap, line) if char.isprintable() or char == "\t")


def told(value: str, *, longest: int = TOLD) -> str:
    """Words of a device, fit to be kept: printable and not too long."""
    return "".join(char for char in value[:longest] if char.isprintable())
