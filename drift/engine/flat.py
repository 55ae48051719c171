"""Texts compared line by line, and JSON as lines with the path of each value. Differences only."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from drift.engine.align import common
from drift.engine.model import Assessment, Difference, Refusal, Side
from drift.engine.texts import lines_of, said
from drift.platforms import Platform

Line = tuple[int, tuple[str, ...], str]  # number, path, text
OPENS = re.compile(r'"((?:[^"\\]|\\.)*)": [\[{]$')
NAMELESS = (("[]",), ("{}",))  # what lists and the objects in them add to a path
DEEPEST = 40  # a text that nests deeper is no configuration; its lines keep the path so far


def by_lines(running: str, intended: str, platform: Platform, *, reason: str) -> Assessment:
    """Two texts in which every line stands at its place; refused with the reason."""
    found = list(_told(_plain(running, platform), _plain(intended, platform)))
    return _assessment(found, lambda _: (), reason)


def assess_json(running: str, intended: str, platform: Platform) -> Assessment:
    """Two JSON texts, one value a line as devices print them; the order of keys means nothing."""
    theirs, ours = _by_path(running), _by_path(intended)
    found: list[Difference] = []
    for path in {**theirs, **ours}:
        found += _told(theirs.get(path, ()), ours.get(path, ()))
    return _assessment(found, lambda path: path[:1], platform.typed.nothing)


def _assessment(
    found: Sequence[Difference], place: Callable[[tuple[str, ...]], tuple[str, ...]], reason: str
) -> Assessment:
    if not found:
        return Assessment(in_sync=True)
    places = dict.fromkeys(place(one.path) for one in found)
    refusals = tuple(Refusal(path=path, reason=reason) for path in places)
    return Assessment(in_sync=False, differences=tuple(found), refusals=refusals)


def _plain(text: str, platform: Platform) -> list[Line]:
    lines = enumerate(lines_of(said(text, platform)), start=1)
    return [
        (number, (), line.rstrip())
        for number, line in lines
        if line.strip() and not platform.ignored.match(line.strip())
    ]


def _by_path(text: str) -> dict[tuple[str, ...], Sequence[Line]]:
    """The lines of an object's values in alphabetical order, those of a list as they stand."""
    values = sorted(_values(text), key=lambda line: line[1])  # stable: keeps lists in order
    grouped = {path: list(lines) for path, lines in groupby(values, key=lambda line: line[1])}
    return {
        path: lines if path[-1:] in NAMELESS else sorted(lines, key=lambda line: line[2])
        for path, lines in grouped.items()
    }


def _values(text: str) -> Iterator[Line]:
    path: tuple[str, ...] = ()
    for number, raw in enumerate(lines_of(text), start=1):
        line = raw.strip().removesuffix(",")
        if line in {"}", "]"}:
            path = path[:-2] if line == "]" and path[-1:] == ("[]",) else path[:-1]
        elif (opened := OPENS.match(line)) and len(path) < DEEPEST:
            path = (*path, opened.group(1), *(("[]",) if line.endswith("[") else ()))
        elif line == "{":
            path = (*path, "{}") if path and len(path) < DEEPEST else path
        elif line:
            yield number, path, line


def _told(theirs: Sequence[Line], ours: Sequence[Line]) -> Iterator[Difference]:
    kept = common([text for _, _, text in theirs], [text for _, _, text in ours])
    left, right = {i for i, _ in kept}, {j for _, j in kept}
    yield from (_one_sided(one, "extra") for i, one in enumerate(theirs) if i not in left)
    yield from (_one_sided(one, "missing") for j, one in enumerate(ours) if j not in right)


def _one_sided(line: Line, side: Side) -> Difference:
    number, path, text = line
    return Difference(
        path=tuple(one for one in path if (one,) not in NAMELESS), line=text, side=side,
        running_line=number if side == "extra" else None,
        intended_line=None if side == "extra" else number,
    )  # fmt: skip
