"""The commands below a section's header. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from drift.engine.delta import BothWays, Delta, emptied, section
from drift.engine.lists import added, adds, listed, parted, spans
from drift.engine.model import Node
from drift.engine.owned import NOBODY, Names, as_left, hangs_on, owners
from drift.engine.places import SECRET, Place
from drift.engine.read import shown_node
from drift.engine.rebuild import moves, ordered_body
from drift.engine.steps import Plan

NEITHER: BothWays = (None, None)


def changed_body(made: Plan, found: Delta) -> Iterator[str]:
    """The section's header with what changes below it; nothing where nothing may be sent."""
    place = found.place
    body = _in_order if place.ordered else _body
    lines = tuple(body(made, found, place))
    if lines:
        above = place.platform.indent * (len(place.path) - 1)
        yield above + place.path[-1]
        yield from lines
        if len(place.path) > 1 and (closing := place.closing()):
            yield above + closing


def ordinary(found: Delta) -> tuple[str, ...] | None:
    """As `changed_body` for a section in which each line is only itself; None for any other.

    Both ways are worked out at once: the delta that is this one turned around finds its own there.
    """
    if found.typed is None:
        found.typed = _both_ways(found)
    return found.typed[0]


def _both_ways(found: Delta) -> BothWays:
    place, platform = found.place, found.place.platform
    if place.ordered or found.values or found.changed or found.moved or not platform.takes_any:
        return NEITHER
    extra, missing = ([(one.line, one) for one in side] for side in (found.extra, found.missing))
    for line, node in (*extra, *missing):
        if node.children or node.block or SECRET in line or platform.special.match(line):
            return NEITHER
        if place.refusal_of(line):
            return NEITHER
    theirs = {place.entry_key(line): line for line, _ in extra}
    ours = {place.entry_key(line): line for line, _ in missing}
    if len(theirs) < len(extra) or len(ours) < len(missing):
        return NEITHER  # lines that replace each other within one side
    head = (platform.indent * (len(place.path) - 1) + place.path[-1],)
    return (
        (*head, *_replaced(theirs, ours, place), *(place.pad + line for line in ours.values())),
        (*head, *_replaced(ours, theirs, place), *(place.pad + line for line in theirs.values())),
    )


def _replaced(gone: Mapping[str, str], come: Mapping[str, str], place: Place) -> Iterator[str]:
    """Commands for what no successor replaces, each once."""
    taken = (place.pad + place.negation(line) for key, line in gone.items() if key not in come)
    return iter(dict.fromkeys(taken))


def _in_order(made: Plan, found: Delta, place: Place) -> Iterator[str]:
    """Below the header of an ordered section: entries are moved, or else written anew."""
    words = place.platform.typed.moves
    if words is None:
        yield from ordered_body(made, found, place)
        return
    extra, missing, renewed = _entries(found.extra, found.missing, place)
    yield from _body(
        made,
        replace(found, extra=extra, missing=missing, changed=[*found.changed, *renewed]),
        place,
    )
    yield from moves(found, place, words)


def _body(made: Plan, found: Delta, place: Place) -> Iterator[str]:
    extra, missing = found.extra, found.missing
    owning = gone = NOBODY
    if any(map(place.platform.special.match, [node.line for node in (*extra, *missing)])):
        extra, missing = _with_lists(found, place)
        if place.platform.unclear and made.refuses_unclear(extra, missing, place):
            return
        owning = owners(extra, place)
        gone = owning - owners(missing, place) if owning else owning
        missing = _with_dropped(found, extra, missing, gone)
        yield from _counted(found, place)
    if extra:
        yield from _taken(made, extra, missing, place, owning)
    for node in missing:
        if not made.refuses(node, place):
            yield from shown_node(node, place)
    if found.values:
        yield from _values(made, found)
    for below in as_left(found, gone) if gone else found.changed:
        if not made.refuses_section(below.place, place):
            yield from changed_body(made, below)


def _values(made: Plan, found: Delta) -> Iterator[str]:
    """Values over several lines with other content."""
    for theirs, ours in found.values:
        if not made.refuses(theirs, found.place) and not made.refuses(ours, found.place):
            yield from ours.block


def _taken(
    made: Plan, extra: Sequence[Node], missing: Sequence[Node], place: Place, owning: Names
) -> Iterator[str]:
    """Commands for lines that no successor replaces; `owning` are the owners among them."""
    replaced = {place.entry_key(node.line) for node in missing}
    sent = set[str]()  # one command may take away several lines
    for node in _removable(extra, replaced, place, owning):
        if place.platform.typed.emptied.match(node.line):
            yield from changed_body(made, emptied(node, place))
        elif not made.refuses_taking(node, place):
            command = place.pad + place.negation(node.line)
            if command not in sent:
                sent.add(command)
                yield command


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


def _counted(found: Delta, place: Place) -> Iterator[str]:
    """Commands for lists of numbers that lines add to."""
    if place.platform.typed.additive:
        yield from _numbers(found, place)
    for key in _keys(found, place):
        yield from _continued(found, key, place)


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
    """Extra and missing lines; a list over several lines is written as a whole.

    Lines that only add numbers to a list, or take some away, are not among them.
    """
    if place.platform.typed.additive:
        return [one for one in found.extra if not adds(one.line, place)[0]], [
            one for one in found.missing if not adds(one.line, place)[0]
        ]
    keys = _keys(found, place)
    if not keys:
        return found.extra, found.missing
    whole = {key for key in keys if not tuple(_continued(found, key, place))}
    return _whole_lists(found.extra, found.running.all(), whole, place), _whole_lists(
        found.missing, found.intended.all(), whole, place
    )


def _keys(found: Delta, place: Place) -> list[str]:
    """The words of the lists over several lines that differ, in order."""
    if not place.platform.continued:
        return []
    keys = (place.list_key(node.line) for node in (*found.extra, *found.missing))
    return sorted({key for key in keys if key is not None})


def _continued(found: Delta, key: str, place: Place) -> Iterator[str]:
    """Commands for a list over several lines: only the numbers that differ come and go.

    Written as a whole, its first line would drop the numbers of the others for a moment. Nothing
    where one line says it all, or where a side says it otherwise (`none`).
    """
    sides = found.running.all(), found.intended.all()
    counts = [sum(place.list_key(node.line) == key for node in side) for side in sides]
    now, then = (listed(side, key, place) for side in sides)
    if not all(counts) or max(counts) == 1 or now is None or then is None:
        return
    for word, values in (("add", then - now), ("remove", now - then)):
        for part in parted(values, place.platform):
            yield f"{place.pad}{key} {word} {part}"


def _whole_lists(
    some: Sequence[Node], every: Sequence[Node], keys: set[str], place: Place
) -> list[Node]:
    others = [node for node in some if place.list_key(node.line) is None]
    return [*others, *(node for node in every if place.list_key(node.line) in keys)]


def _with_dropped(
    found: Delta, extra: Sequence[Node], missing: Sequence[Node], gone: Names
) -> Sequence[Node]:
    """Missing lines: first those that take others with them, then what they took, then the rest."""
    place = found.place
    resetting = place.platform.resets and any(
        place.resetting(one.line) for one in (*missing, *extra)
    )
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


def _removable(
    extra: Sequence[Node], replaced: set[str], place: Place, owning: Names
) -> Iterator[Node]:
    """Extra lines that need a command: no successor replaces them, and no owner takes them."""
    platform = place.platform
    gone = owning
    if owning:
        gone = owners((one for one in extra if place.entry_key(one.line) not in replaced), place)
    for node in sorted(extra, key=lambda one: _last(one.line, place)):
        key = place.entry_key(node.line)
        if key in replaced and not platform.sequenced.match(node.line):
            continue
        if not gone or place.owner(node.line) is not None or not hangs_on(node.line, gone):
            yield node


def _last(line: str, place: Place) -> int:
    """A secondary address goes before the primary one, and both before what drops them."""
    return -1 if line.endswith(" secondary") else int(place.resetting(line))
