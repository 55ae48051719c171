"""Cut configuration lines into what is typed at once: a line, or a banner with its text. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inventory.platforms import Platform

EXIT = re.compile(r"^\s*(?:exit|exit-[\w-]+|end-[\w-]+|quit)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One command with the lines of free text that belong to it, and its depth in spaces."""

    lines: tuple[str, ...]
    indent: int

    @property
    def command(self) -> str:
        return self.lines[0].strip()

    @property
    def closes_section(self) -> bool:
        return EXIT.match(self.lines[0]) is not None


def blocks(lines: Iterable[str], platform: Platform) -> tuple[Block, ...]:
    """The blocks in order; blank lines and comments are left out."""
    return tuple(_cut(iter(lines), platform))


def _cut(lines: Iterator[str], platform: Platform) -> Iterator[Block]:
    for line in lines:
        if not line.strip() or line.lstrip().startswith("!"):
            continue
        text = tuple(_text(line.strip(), lines, platform))
        indent = len(line) - len(line.lstrip())
        yield Block(lines=(line.rstrip("\n"), *text), indent=indent)


def _text(opening: str, lines: Iterator[str], platform: Platform) -> Iterator[str]:
    """The lines that follow an opening of free text, up to and with the one that ends it."""
    for pattern, end in platform.text_blocks.items():
        match = re.match(pattern, opening)
        if match is None:
            continue
        delimiter = end or match["delimiter"]
        if not end and delimiter in match["rest"]:
            return
        for line in lines:
            yield line
            if (line.strip() == delimiter) if end else (delimiter in line):
                return
