"""Ordered sections: what to remove and append so that the order becomes the intended one. Pure.

A device appends new entries, so everything from the first difference on is taken away and written
anew. While an access list is rebuilt it is unbound where it filters, so that nobody is locked out
by half a list.
"""

import re
from collections.abc import Iterator

from drift.engine.compare import NUMBERED
from drift.engine.model import Node
from drift.engine.read import shown_node
from drift.engine.words import negation
from drift.platforms import Platform

LIST_NAME = re.compile(r"ip(?:v6)? access-list (?:standard |extended )?(\S+)$")


def ordered_body(
    running: Node, intended: Node, platform: Platform, path: tuple[str, ...]
) -> Iterator[str]:
    """Commands below an ordered section's header, indented."""
    pad = platform.indent * len(path)
    theirs, ours = running.children, intended.children
    if ours and all(NUMBERED.match(node.line) for node in [*theirs, *ours]):
        yield from _numbered(theirs, ours, pad)
        return
    same = 0
    while same < min(len(theirs), len(ours)) and theirs[same].content == ours[same].content:
        same += 1
    for node in theirs[same:]:
        yield from (pad + line for line in negation(node, platform))
    for node in ours[same:]:
        yield from shown_node(node, platform, path=path)


def _numbered(theirs: list[Node], ours: list[Node], pad: str) -> Iterator[str]:
    """Entries with numbers of their own find their place: only the differing ones are touched."""
    now = {node.line for node in theirs}
    then = {node.line for node in ours}
    for node in theirs:
        if node.line not in then:
            yield f"{pad}no {node.line.split()[0]}"
    for node in ours:
        if node.line not in now:
            yield pad + node.line


def bindings(
    header: str, root: Node, platform: Platform
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Where an access list filters now: the lines that unbind it, and those that bind it again."""
    named = LIST_NAME.match(header)
    if named is None:
        return ()
    use = re.compile(rf"(?:ip |ipv6 )?access-(?:group|class) {re.escape(named.group(1))} ")
    found = []
    for section in root.children:
        for child in section.children:
            if use.match(child.line):
                pad = platform.indent
                found.append(
                    ((section.line, f"{pad}no {child.line}"), (section.line, pad + child.line))
                )
    return tuple(found)
