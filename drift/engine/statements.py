"""Junos text, in `set` lines or curly braces, to statements. Pure.

Source: Juniper, "Junos OS CLI User Guide".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.engine.texts import Numbered, lines_of

IGNORED = re.compile(r"\s*(#|/\*|version |set version |##|$)")
NOTE = re.compile(r"(?<=[;{}])\s*##.*")
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
MARKS = re.compile(r"^(?:(?:inactive|protect): )*")


@dataclass(frozen=True, slots=True)
class Statement:
    number: int
    text: str  # "set ...", "deactivate ..." or "protect ..."


def in_braces(text: str) -> bool:
    """Whether the text is in curly-brace style."""
    return "{" in text and re.search(r"[{;]\s*$", text, re.MULTILINE) is not None


def statements(text: str) -> list[Statement]:
    """The statements of either style, in the order shown."""
    lines = lines_of(text)
    if in_braces(text):
        return list(_from_braces(lines))
    return list(read(list(enumerate(lines, start=1))))


def read(found: Sequence[Numbered]) -> Iterator[Statement]:
    """The statements of lines in set style, each written one way."""
    for number, line in found:
        if not IGNORED.match(line):
            yield Statement(number, " ".join(WORD.findall(line)))


def _from_braces(lines: Sequence[str]) -> Iterator[Statement]:
    path: list[str] = []
    comment = False
    for number, raw in enumerate(lines, start=1):
        line = NOTE.sub("", raw).strip()
        comment = (comment or line.startswith("/*")) and not line.endswith("*/")
        if comment or IGNORED.match(line) or line.endswith("*/"):
            continue
        if line == "}":
            path = path[:-1]
            continue
        bare = line.rstrip("{;").strip()
        name = MARKS.sub("", bare, count=1)
        shown = bare.removesuffix(name)
        full = " ".join([*path, name])
        yield from (Statement(number, f"{word} {full}") for word in _marked(shown))
        if line.endswith("{"):
            path.append(name)
        else:
            yield from (Statement(number, f"set {one}") for one in _values(path, name))


def _marked(shown: str) -> Iterator[str]:
    """The commands that put the marks before a statement."""
    if "inactive: " in shown:
        yield "deactivate"
    if "protect: " in shown:
        yield "protect"


def _values(path: list[str], leaf: str) -> Iterator[str]:
    """`key [ a b ];` is two statements."""
    words = WORD.findall(leaf)
    if "[" in words and words[-1] == "]":
        start = words.index("[")
        for value in words[start + 1 : -1]:
            yield " ".join([*path, *words[:start], value])
        return
    yield " ".join([*path, *words])
