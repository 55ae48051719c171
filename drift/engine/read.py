"""Blocks to nodes and nodes to lines, by the platform's data. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from drift.engine.lists import flat_name
from drift.engine.model import Node, NotText
from drift.engine.places import Place
from drift.engine.texts import (
    CHILD,
    VALUE,
    Numbered,
    apart,
    blocks,
    children,
    framed,
    joined,
    lines_of,
    said,
)
from drift.platforms import Multiline, Platform

DEEPEST = 40  # levels of sections; devices show fewer than ten
NUMBERED = re.compile(r"\d+ ")


def tree(text: str, platform: Platform) -> Node:
    """The whole configuration; ignored lines and stated defaults are not in it."""
    below = all_blocks(framed(said(text, platform)), platform)
    return Node(line="", number=0, children=parsed(below, Place((), platform)), below=below)


def all_blocks(text: str, platform: Platform) -> list[Numbered]:
    """All blocks of a framed text, in which comments end no section."""
    return blocks(joined(apart(text, platform.multiline)))


def parsed(found: Iterable[Numbered], place: Place) -> list[Node]:
    """Blocks as nodes; what is ignored or holds anyhow is not among them, repeated headers are one.

    In ordered sections and flat lists every line stands for itself.
    """
    nodes: list[Node] = []
    by_line: dict[str, Node] = {}
    for number, block in found:
        key = key_of(block, place)
        node = node_of(number, block, key, place) if key else None
        if node is None:
            continue
        twin = by_line.setdefault(key, node)
        if twin is node or place.ordered or flat_name(key, place.platform):
            nodes.append(node)
        elif node.block:
            twin.block = node.block  # the device keeps the last one
        else:
            _merge(twin, node)
    return nodes


def key_of(block: str, place: Place) -> str:
    """The line that stands for a block in its section; empty where the block says nothing."""
    line = block.partition(CHILD)[0].strip()
    if not line or place.platform.ignored.match(line):
        return ""
    value = value_of(block, place.platform)
    if value is not None:
        first = line.partition(VALUE)[0].rstrip()
        key = value.key.match(first)
        return key.group(0) if key else first
    return "" if place.holds_anyhow(line) else line


def value_of(block: str, platform: Platform) -> Multiline | None:
    """How the multi-line value is written that the block is, or None."""
    if not block.startswith(platform.value_opens):
        return None
    first = block.partition(VALUE)[0]
    return next((one for one in platform.multiline if one.start.match(first)), None)


def node_of(number: int, block: str, line: str, place: Place) -> Node | None:
    """A block as a node, `line` being its key; None where it says nothing.

    Raises NotText where sections nest deeper than on any device.
    """
    if len(place.path) > DEEPEST:
        raise NotText(
            f"Line {number} is nested more than {DEEPEST} sections deep: this is no configuration "
            "that a device shows."
        )
    platform = place.platform
    if value_of(block, platform) is not None:
        return value_node(number, block, line)
    below = children(number, block) if CHILD in block else []
    inner = parsed(below, place.below(line)) if below else []
    if not inner and not place.path and platform.undeletable.match(line):
        return None  # it exists as hardware does, and nothing is said of it
    return Node(line=line, number=number, children=inner, below=below)


def value_node(number: int, block: str, line: str) -> Node:
    """A multi-line value as a node with its lines as shown, `line` being its key."""
    value = tuple(one.rstrip() for one in block.replace(CHILD, VALUE).split(VALUE))
    return Node(line=line, number=number, children=[], block=value, below=[])


def _merge(into: Node, more: Node) -> None:
    """One section written in two places."""
    known = {child.line: child for child in into.children}
    for child in more.children:
        if child.line in known:
            _merge(known[child.line], child)
        else:
            into.children.append(child)


def in_order(nodes: Sequence[Node]) -> Sequence[Node]:
    """Entries with numbers of their own stand in the order of these, wherever they are written."""
    if not all(NUMBERED.match(node.line) for node in nodes):
        return nodes
    return sorted(nodes, key=lambda node: int(node.line.split(maxsplit=1)[0]))


def normalised(text: str, platform: Platform) -> str:
    """The text without what comes and goes by itself; equal results are in sync."""
    if platform.style != "indent":
        return "\n".join(line.rstrip() for line in lines_of(text) if line.strip()) + "\n"
    return "\n".join(shown(tree(text, platform), Place((), platform))) + "\n"


def shown(node: Node, place: Place) -> Iterator[str]:
    """The lines below a node, indented as the platform shows them."""
    for child in node.children:
        yield from shown_node(child, place)


def shown_node(node: Node, place: Place) -> Iterator[str]:
    """One node of a section with all below it."""
    if node.block:
        yield from node.block
        return
    yield place.pad + node.line
    if not node.children and not place.platform.closers:
        return
    below = place.below(node.line)
    yield from shown(node, below)
    if closing := below.closing():
        yield place.pad + closing
