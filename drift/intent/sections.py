"""Partial intent: judge only the managed sections of two texts. Pure; keeps line numbers right.

A pattern is the first words of a section's header, or of a statement's path where the platform
shows paths: `interface Loopback*`, `ntp`, `system ntp`, `file /etc/ssh/*`. `*` stands for any part
of a word and `?` for one character. Without patterns everything is managed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import ClassVar

from core.errors import InvalidInput
from drift.engine import Assessment
from drift.engine import assess as whole
from drift.engine.lists import flat_name
from drift.engine.statements import IGNORED, MARKS, NOTE, in_braces, statements
from drift.engine.terms import TERM
from drift.engine.texts import CHILD, VALUE, blocks, joined, lines_of, prepared, said
from drift.platforms import Platform
from drift.platforms import platform as named

MOST, LONGEST = 200, 200  # patterns of one intended text, characters of one pattern
STARS = 2  # of one word: a word is matched in steps that grow with this power of its length
HEADER = 500  # characters of a line that are looked at
ACTING = re.compile(r"(?:set|delete|deactivate|activate|protect|unprotect) ")
KEY = re.compile(r'"((?:[^"\\]|\\.)*)": ')

Wanted = Callable[[str], bool]


class SectionsWrong(InvalidInput):
    """A pattern of managed sections that cannot be used."""

    code: ClassVar[str] = "sections_wrong"


def checked(sections: Iterable[str]) -> tuple[str, ...]:
    """The patterns with single spaces, each once, or SectionsWrong."""
    found = tuple(dict.fromkeys(" ".join(one.split()) for one in sections))
    if len(found) > MOST:
        raise SectionsWrong(f"{len(found)} patterns of managed sections are too many; {MOST} do.")
    for one in found:
        if not one or len(one) > LONGEST or not one.isprintable():
            raise SectionsWrong(
                f"{one[:40]!r} is no pattern of managed sections: write the first words of a "
                f"section, such as 'interface Loopback*', at most {LONGEST} characters."
            )
        if any(word.count("*") > STARS for word in one.split()):
            raise SectionsWrong(f"The pattern {one!r} has more than {STARS} * in one word.")
    return found


def assess(
    running: str, intended: str, *, platform: str, sections: Sequence[str] = ()
) -> Assessment:
    """As the engine's `assess`, of the managed sections alone; others are never touched.

    Where a deletion names a path and takes all below it, what is not managed is intended as it
    runs, so that nothing is deleted above it.
    """
    style = named(platform).style
    theirs, ours = managed(running, intended, sections, platform=platform)
    if not sections or style not in {"set", "junos"}:
        return whole(theirs, ours, platform=platform)
    if style == "junos":
        return _junos(running, theirs, ours, platform=platform)
    kept = zip(lines_of(running), theirs.split("\n"), strict=True)
    others = (line for line, left in kept if not left)
    return whole(running, "\n".join([ours, *others]), platform=platform)


def managed(
    running: str, intended: str, sections: Sequence[str], *, platform: str
) -> tuple[str, str]:
    """Both texts with an empty line for every line that is not managed. Raises as `assess`."""
    if not sections:
        return running, intended
    data, wanted = named(platform), _wanted(tuple(sections))
    return _only(running, data, wanted), _only(intended, data, wanted)


def _junos(running: str, theirs: str, ours: str, *, platform: str) -> Assessment:
    """By statements, of which a line in curly braces may hold several."""
    wanted = statements(ours)
    left = {one.text for one in statements(theirs)}
    every = [one for one in statements(running) if one.text in left or ACTING.match(one.text)]
    wanted += [one for one in every if one.text not in left]
    found = whole(
        "\n".join(one.text for one in every),
        "\n".join(one.text for one in wanted),
        platform=platform,
    )
    told = tuple(
        replace(
            one, running_line=one.running_line and every[one.running_line - 1].number,
            intended_line=one.intended_line and wanted[one.intended_line - 1].number,
        )
        for one in found.differences
    )  # fmt: skip
    return replace(found, differences=told)


@cache
def _wanted(sections: tuple[str, ...]) -> Wanted:
    """Whether a header begins with the words of any pattern."""
    words = (map(re.escape, one.split()) for one in checked(sections))
    patterns = [
        r"\s+".join(word.replace(r"\*", r"\S*").replace(r"\?", r"\S") for word in one)
        for one in words
    ]
    pattern = re.compile(rf"(?:{'|'.join(patterns)})(?!\S)")
    return lambda header: pattern.match(header[:HEADER]) is not None


def _only(text: str, data: Platform, wanted: Wanted) -> str:
    if data.style == "indent":
        return _blocks(text, data, wanted)
    lines = lines_of(text)
    if data.style == "sections":
        return "\n".join(_named(lines, wanted))
    if data.style == "json":
        return "\n".join(_json(lines, wanted))
    if data.style == "junos" and in_braces(text):
        return "\n".join(_braces(lines, data, wanted))
    return "\n".join(line if wanted(_path(line, data)) else "" for line in lines)


def _blocks(text: str, data: Platform, wanted: Wanted) -> str:
    """An entry of a flat list goes by the list's name: a list stands or falls as a whole."""
    lines, keep = text.split("\n"), False
    negator = data.typed.negator
    for number, block in blocks(joined(prepared(said(text, data), data.multiline))):
        head = block.partition(CHILD)[0].partition(VALUE)[0].strip()
        if head:  # an empty line goes with what it follows: a wrapped line, or nothing
            bare = head.removeprefix(negator) if negator else head
            keep = wanted(flat_name(bare, data) or bare)
        if not keep:
            end = number + block.count(CHILD) + block.count(VALUE)
            lines[number - 1 : end] = [""] * len(lines[number - 1 : end])
    return "\n".join(lines)


def _named(lines: Sequence[str], wanted: Wanted) -> Iterator[str]:
    """Sections `[file /etc/motd]`, named without their brackets."""
    keep = False
    for line in lines:
        if line.startswith("[") and line.endswith("]"):
            keep = wanted(line[1:-1])
        yield line if keep else ""


def _json(lines: Sequence[str], wanted: Wanted) -> Iterator[str]:
    """The values of an object, one a line as devices print them, by their uppermost keys."""
    depth, keep = 0, False
    for line in lines:
        bare = line.strip().removesuffix(",")
        closes = bare in {"}", "]"}
        depth -= closes
        if depth == 1 and not closes:
            key = KEY.match(bare)
            keep = key is not None and wanted(key.group(1))
        yield line if depth == 0 or keep else ""
        depth += bare.endswith(("{", "["))


def _braces(lines: Sequence[str], data: Platform, wanted: Wanted) -> Iterator[str]:
    """Junos in curly braces; a section that only holds managed ones is said to be nothing else."""
    path: list[str] = []
    comment = False
    for line in lines:
        bare = NOTE.sub("", line).strip()
        comment = (comment or bare.startswith("/*")) and not bare.endswith("*/")
        if comment or IGNORED.match(bare) or bare.endswith("*/"):
            yield ""
            continue
        if bare == "}":
            yield line if path else ""
            path = path[:-1]
            continue
        name = MARKS.sub("", bare.rstrip("{;").strip())
        keep = wanted(_path(" ".join([*path, name]), data))
        if bare.endswith("{"):
            path.append(name)
            yield line if keep else line.replace(bare, f"{name} {{")
        else:
            yield line if keep else ""


def _path(line: str, data: Platform) -> str:
    """What goes by its path; an entry of an ordered list by the list's, which stands as a whole."""
    path = ACTING.sub("", line.strip(), count=1)
    if data.style == "junos":
        return path.partition(TERM)[0]
    holder, term, _ = path.partition(f" {data.paths.term} ") if data.paths.term else (path, "", "")
    path = holder if term and data.paths.holders.fullmatch(holder) else path
    return path.removeprefix("/ ")
