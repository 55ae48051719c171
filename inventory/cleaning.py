"""Take from a captured text what changes by itself. Pure; never touches configuration lines."""

import re

from inventory.platforms import Platform

ODD = re.compile(  # a pager's question, terminal escapes (ECMA-48)
    r" ?<?-+ ?\(?[Mm]ore\b[^\n-]{0,40}-+>? ?"
    r"|(?:\x1b\[|\x9b)[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]"
)
TOLD = 250  # characters kept of a word that a device says of itself


def clean(text: str, platform: Platform) -> str:
    """The text with LF line ends, without volatile lines and without blank lines around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [line for line in lines if not any(p.match(line) for p in platform.volatile)]
    first, last = 0, len(kept)
    while first < last and not kept[first].strip():
        first += 1
    while last > first and not kept[last - 1].strip():
        last -= 1
    return "".join(f"{line}\n" for line in kept[first:last])


def visible(line: str, *, gap: str = "") -> str:
    """The line as a person reads it: without pager, terminal escapes and what does not print.

    `gap` stands where a pager or an escape was.
    """
    return "".join(char for char in ODD.sub(gap, line) if char.isprintable() or char == "\t")


def told(value: str, *, longest: int = TOLD) -> str:
    """Words of a device, fit to be kept: printable and not too long."""
    return "".join(char for char in value[:longest] if char.isprintable())
