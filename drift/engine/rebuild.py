"""Ordered sections: what to remove and append so that the order becomes the intended one. Pure.

A device appends new entries, so what stands behind the first entry that is to come is taken away
and written anew. While an access list is rebuilt it is unbound where it filters, so that nobody is
locked out by half a list.
"""

import re
from collections.abc import Iterator, Sequence

from drift.engine.align import common
from drift.engine.delta import Delta
from drift.engine.model import Node
from drift.engine.places import Place
from drift.engine.read import NUMBERED, shown_node
from drift.engine.steps import Plan
from drift.platforms import Platform
from drift.platforms.model import Moves

LIST_NAME = re.compile(r"(?:ip(?:v6)? )?access-list (?:standard |extended )?(\S+)$")
Binding = tuple[tuple[str, ...], tuple[str, ...]]


def ordered_body(made: Plan, found: Delta, place: Place) -> Iterator[str]:
    """Commands below an ordered section's header, indented."""
    theirs, ours = found.running.all(), found.intended.all()
    if ours and all(map(_is_numbered, (*theirs, *ours))):
        yield from _numbered(theirs, ours, place.pad, place.platform.typed.negator)
        return
    gone, come = _parted(theirs, ours)
    refused = [made.refuses_taking(node, place) for node in gone]
    refused += [made.refuses(node, place) for node in come]
    if any(refused):  # without the refused line the list would be another: none of it is touched
        return
    for node in gone:
        yield place.pad + place.negation(node.line)
    for node in come:
        yield from shown_node(node, place)


def _parted(theirs: Sequence[Node], ours: Sequence[Node]) -> tuple[list[Node], Sequence[Node]]:
    """What is taken away, and what is put behind the entries that stay."""
    gone: list[Node] = []
    stay = 0
    for node in theirs:
        if stay < len(ours) and node.content == ours[stay].content:
            stay += 1
        else:
            gone.append(node)
    return gone, ours[stay:]


def anew(found: Delta) -> bool:
    """Whether an access list is better deleted and written as a whole.

    So it is where a line stands more than once, and where the commands, sent a second time, would
    put entries into another order: a list holds each entry once but any remark again.
    """
    theirs, ours = found.running.all(), found.intended.all()
    if LIST_NAME.match(found.place.name) is None or all(map(_is_numbered, (*theirs, *ours))):
        return False
    gone, come = _parted(theirs, ours)
    lines = {node.line for node in gone}
    first = [node.line for node in come if node.line not in lines]
    kept = [node.line for node in ours[: len(ours) - len(come)]]
    return (
        not lines.isdisjoint(kept)
        or first != [node.line for node in come[: len(first)]]
        or any(line.startswith("remark ") for line in first)
    )


def _is_numbered(node: Node) -> bool:
    return NUMBERED.match(node.line) is not None


def _numbered(
    theirs: Sequence[Node], ours: Sequence[Node], pad: str, negator: str
) -> Iterator[str]:
    """Entries with numbers of their own find their place: only the differing ones are touched."""
    now = {node.line for node in theirs}
    then = {node.line for node in ours}
    for node in theirs:
        if node.line not in then:
            yield f"{pad}{negator}{node.line.split()[0]}"
    for node in ours:
        if node.line not in now:
            yield pad + node.line


def moves(found: Delta, place: Place, words: Moves) -> Iterator[str]:
    """Commands that put entries into their intended order, the new ones standing last."""
    wanted = [node.line for node in found.intended.all()]
    held = [node.line for node in found.running.all()]
    stay, known = set(wanted), set(held)
    now = [line for line in held if line in stay]
    now += [line for line in wanted if line not in known]
    kept = {j for _, j in common(now, wanted)}
    first = min(kept, default=0)
    names = [words.entry.sub(r"\1", line) for line in wanted]
    for index, name in enumerate(names):
        if index in kept:
            continue
        if index:
            yield place.pad + words.after.format(name=name, other=names[index - 1])
        else:
            yield place.pad + words.before.format(name=name, other=names[first])


def bindings(header: str, sections: Sequence[Node], platform: Platform) -> tuple[Binding, ...]:
    """Where an access list filters now: the lines that unbind it, and those that bind it again."""
    named = LIST_NAME.match(header)
    if named is None:
        return ()
    name = re.escape(named.group(1))
    use = re.compile(rf"(?:ip |ipv6 )?(?:access-group|access-class|traffic-filter) {name} ")
    pad = platform.indent
    return tuple(
        (
            (section.line, pad + platform.typed.negator + child.line),
            (section.line, pad + child.line),
        )
        for section in sections
        for child in section.children
        if use.match(child.line)
    )
