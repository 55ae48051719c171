"""What differs, as lines for people and records. Pure."""

from collections.abc import Iterator

from drift.engine.delta import Delta
from drift.engine.model import Difference, Node, Side
from drift.engine.places import Path


def differences(found: Delta) -> Iterator[Difference]:
    """Every line of a delta that stands on one side only or elsewhere, section by section."""
    for node in found.extra:
        yield from _one_sided(node, found.place.path, "extra")
    for theirs, ours in found.values:
        yield from _one_sided(theirs, found.place.path, "extra")
        yield from _one_sided(ours, found.place.path, "missing")
    for below in found.changed:
        yield from differences(below)
    for node in found.missing:
        yield from _one_sided(node, found.place.path, "missing")
    for theirs, ours in found.moved:
        yield Difference(
            path=found.place.path, line=theirs.line, side="moved", running_line=theirs.number,
            intended_line=ours.number,
        )  # fmt: skip
    for one in found.lists:
        yield from differences(one)


def _one_sided(node: Node, path: Path, side: Side) -> Iterator[Difference]:
    """A node and all below it as differences of one side."""
    extra = side == "extra"
    yield Difference(
        path=path, line="\n".join(node.block) or node.line, side=side,
        running_line=node.number if extra else None, intended_line=None if extra else node.number,
    )  # fmt: skip
    for child in node.children:
        yield from _one_sided(child, (*path, node.line), side)
