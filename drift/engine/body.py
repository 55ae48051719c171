"""The commands below a section's header. Pure."""

from collections.abc import Iterator, Sequence

from drift.engine.delta import Delta, emptied, section
from drift.engine.lists import added, adds, spans
from drift.engine.model import Node
from drift.engine.places import Place
from drift.engine.read import shown_node
from drift.engine.rebuild import moves, ordered_body
from drift.engine.steps import Plan


def changed_body(made: Plan, found: Delta) -> Iterator[str]:
    """The section's header with what changes below it; nothing where nothing may be sent."""
    place = found.place
    lines = tuple(_body(made, found, place))
    if lines:
        above = place.platform.indent * (len(place.path) - 1)
        yield above + place.path[-1]
        yield from lines
        if len(place.path) > 1 and (closing := place.closing()):
            yield above + closing


def _body(made: Plan, found: Delta, place: Place) -> Iterator[str]:
    typed = place.platform.typed
    if place.ordered and typed.moves is None:
        yield from ordered_body(made, found, place)
        return
    if typed.additive:
        yield from _numbers(found, place)
    extra, missing = _with_lists(found, place)
    renewed: Sequence[Delta] = ()
    if place.ordered:
        extra, missing, renewed = _entries(extra, missing, place)
    missing = _with_dropped(found, extra, missing, place)
    yield from _taken(made, extra, missing, place)
    for node in missing:
        if not made.refuses(node, place):
            yield from shown_node(node, place)
    yield from _changed(made, found, renewed)
    if place.ordered:
        yield from moves(found, place)


def _changed(made: Plan, found: Delta, renewed: Sequence[Delta]) -> Iterator[str]:
    """Values with other content, and sections below that differ."""
    for theirs, ours in found.values:
        if not made.refuses(theirs, found.place) and not made.refuses(ours, found.place):
            yield from ours.block
    for below in (*found.changed, *renewed):
        if not made.refuses_section(below.place, found.place):
            yield from changed_body(made, below)


def _taken(
    made: Plan, extra: Sequence[Node], missing: Sequence[Node], place: Place
) -> Iterator[str]:
    """Commands for lines that no successor replaces."""
    replaced = {place.entry_key(node.line) for node in missing}
    for node in _removable(extra, replaced, place):
        if place.platform.typed.emptied.match(node.line):
            yield from changed_body(made, emptied(node, place))
        elif not made.refuses_taking(node, place):
            yield place.pad + place.negation(node.line)


def _entries(
    extra: Sequence[Node], missing: Sequence[Node], place: Place
) -> tuple[list[Node], list[Node], list[Delta]]:
    """Entries of one side only, and what differs in those that stand elsewhere too."""
    wanted = {node.line: node for node in missing}
    held = {node.line: node for node in extra}
    both = [
        section(place.below(line), node.below, wanted[line].below)
        for line, node in held.items()
        if line in wanted
    ]
    return (
        [node for node in extra if node.line not in wanted],
        [node for node in missing if node.line not in held],
        [one for one in both if one is not None],
    )


def _numbers(found: Delta, place: Place) -> Iterator[str]:
    """Lists that lines add to: only the numbers that differ, those that come first."""
    if not any(adds(node.line, place)[0] for node in (*found.extra, *found.missing)):
        return
    now, then = added(found.running.all(), place), added(found.intended.all(), place)
    for words in {**now, **then}:
        before, after = now.get(words, frozenset()), then.get(words, frozenset())
        if after - before:
            yield f"{place.pad}{words} {spans(after - before, place.platform)}"
        if before - after:
            taken = place.platform.typed.negator + words
            yield f"{place.pad}{taken} {spans(before - after, place.platform)}"


def _with_lists(found: Delta, place: Place) -> tuple[Sequence[Node], Sequence[Node]]:
    """Extra and missing lines, with a list over several lines always written as a whole.

    Lines that add numbers to a list are not among them.
    """
    if place.platform.typed.additive:
        return [one for one in found.extra if not adds(one.line, place)[0]], [
            one for one in found.missing if not adds(one.line, place)[0]
        ]
    if not place.platform.continued:
        return found.extra, found.missing
    keys = {place.list_key(node.line) for node in (*found.extra, *found.missing)} - {None}
    if not keys:
        return found.extra, found.missing
    return _whole_lists(found.extra, found.running.all(), keys, place), _whole_lists(
        found.missing, found.intended.all(), keys, place
    )


def _whole_lists(
    some: Sequence[Node], every: Sequence[Node], keys: set[str | None], place: Place
) -> list[Node]:
    others = [node for node in some if place.list_key(node.line) is None]
    return [*others, *(node for node in every if place.list_key(node.line) in keys)]


def _with_dropped(
    found: Delta, extra: Sequence[Node], missing: Sequence[Node], place: Place
) -> Sequence[Node]:
    """Missing lines: first those that take others with them, then what they took, then the rest."""
    resetting = place.platform.resets and any(
        place.resetting(one.line) for one in (*missing, *extra)
    )
    gone = _owners(extra, place)
    if gone:
        gone -= _owners(missing, place)
    if not resetting and not gone:
        return missing
    dropped = [
        node
        for node in found.intended.all()
        if (resetting and place.platform.resets_lines.match(node.line))
        or any(node.line.startswith(f"{name} ") for name in gone)
    ]
    first = [node for node in missing if place.resetting(node.line)]
    known = {node.line for node in (*first, *dropped)}
    return [*first, *dropped, *(node for node in missing if node.line not in known)]


def _removable(extra: Sequence[Node], replaced: set[str], place: Place) -> Iterator[Node]:
    """Extra lines that need a command: no successor replaces them, and no owner takes them."""
    platform = place.platform
    owners = _owners(extra, place)
    gone = (
        {
            place.owner(one.line)
            for one in extra
            if place.owner(one.line) and place.entry_key(one.line) not in replaced
        }
        if owners
        else set[str | None]()
    )
    for node in sorted(extra, key=lambda one: not one.line.endswith(" secondary")):
        key = place.entry_key(node.line)
        if key in replaced and not platform.sequenced.match(node.line):
            continue
        if not gone or place.owner(node.line) is not None or not _hangs_on(node.line, gone):
            yield node


def _owners(nodes: Sequence[Node], place: Place) -> set[str | None]:
    """What the lines of these nodes own others by."""
    if not place.platform.owners:
        return set()
    return {place.owner(one.line) for one in nodes} - {None}


def _hangs_on(line: str, names: set[str | None]) -> bool:
    return any(line.startswith(f"{name} ") for name in names)
