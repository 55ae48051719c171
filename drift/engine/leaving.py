"""Commands as they are typed where every section is left by a word of its own. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from drift.engine.texts import VALUE, carved, framed
from drift.platforms import Platform


def typed(lines: Sequence[str], platform: Platform) -> tuple[str, ...]:
    """The lines with the word behind each section that leaves it, indented as its header."""
    if not lines or not platform.typed.leaves:
        return tuple(lines)
    whole = carved(framed("\n".join(lines)), platform.multiline)[1:-1].split("\n")
    return tuple(line for one in _left(whole, platform) for line in one.split(VALUE))


def _left(lines: Sequence[str], platform: Platform) -> Iterator[str]:
    within: list[tuple[int, str]] = []
    for line, following in pairwise((*lines, "")):
        depth = _indent(line)
        while within and within[-1][0] >= depth:
            yield _end(within.pop())
        yield line
        word = line.strip()
        if _indent(following) > depth or platform.typed.enters.match(word):
            leave = next(end for section, end in platform.typed.leaves if section.match(word))
            within.append((depth, leave))
    while within:
        yield _end(within.pop())


def _end(section: tuple[int, str]) -> str:
    depth, word = section
    return " " * depth + word


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
