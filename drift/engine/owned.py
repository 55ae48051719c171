"""Sections below one whose lines own others: what the device leaves of them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from drift.engine.delta import Delta, Whole
from drift.engine.model import Node
from drift.engine.places import Place

Names = frozenset[str | None]
NOBODY: Names = frozenset()


def owners(nodes: Iterable[Node], place: Place) -> Names:
    """What the lines of these nodes own others by."""
    if not place.platform.owners:
        return NOBODY
    return frozenset(place.owner(one.line) for one in nodes) - {None}


def hangs_on(line: str, names: Names) -> bool:
    return any(line.startswith(f"{name} ") for name in names)


def as_left(found: Delta, gone: Names) -> Iterator[Delta]:
    """The sections below that differ, once everything that hung on the owners is gone there too."""
    changed = {below.place.path[-1]: below for below in found.changed}
    new = {node.line for node in found.missing}
    for line, below in changed.items():
        yield _left(below, gone) if line not in new else below
    for node in found.intended.all():
        if node.children and node.line not in changed and node.line not in new:
            place = found.place.below(node.line)
            whole = Whole(node.below, place)
            below = _left(Delta(place=place, running=whole, intended=whole), gone)
            if not below.empty:
                yield below


def _left(below: Delta, gone: Names) -> Delta:
    """What hung on an owner needs no command to go, and comes anew where it is intended."""
    gone = gone - owners(below.running.all(), below.place)  # it has owners of its own
    again = [node for node in below.intended.all() if hangs_on(node.line, gone)]
    return replace(
        below,
        extra=[node for node in below.extra if not hangs_on(node.line, gone)],
        missing=[*again, *(node for node in below.missing if not hangs_on(node.line, gone))],
    )
