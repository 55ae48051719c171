"""A delta to the commands that make what runs into what is intended, at the top level. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from drift.engine.body import changed_body, ordinary
from drift.engine.delta import Delta, emptied
from drift.engine.lists import ranged, ranges, spans
from drift.engine.model import Node
from drift.engine.places import Place
from drift.engine.read import shown_node
from drift.engine.rebuild import anew, bindings
from drift.engine.steps import Phase, Plan, Step
from drift.platforms import Platform


def plan(found: Delta, platform: Platform) -> Plan:
    """Commands that turn the running side into the intended one."""
    made, top = Plan(), found.place
    replaced = {top.own_key(node.line) for node in found.missing} - {None}
    _ranges(made, found, platform)
    for node in found.extra:
        _take_away(made, node, found, replaced, top)
    for node in found.missing:
        _bring(made, node, top)
    for theirs, ours in found.values:
        if not made.refuses(theirs, top) and not made.refuses(ours, top):
            made.put(ours.line, ours.block, platform)
    for below in found.changed:
        _change(made, below, found, top)
    for one in found.lists:
        _flat_list(made, one, found, top)
    _delete_after_access(made, found, platform)
    return made


def _take_away(made: Plan, node: Node, found: Delta, replaced: set[str | None], top: Place) -> None:
    """A top-level line or section that is not intended."""
    platform = top.platform
    if ranged(node.line, platform):
        if node.children and _stays(node, found, platform) and not made.refuses(node, top):
            _section(made, emptied(node, top), platform)
        return
    sequenced = platform.sequenced.match(node.line)
    key = top.own_key(node.line)
    if key is not None and key in replaced and not sequenced:
        return  # its successor replaces it
    if platform.undeletable.match(node.line):
        if not made.refuses(node, top):
            _section(made, emptied(node, top), platform)
        return
    if made.refuses_taking(node, top):
        return
    lines = (top.negation(node.line),)
    if sequenced or _makes_room(node, found, platform):
        made.steps.append(Step(Phase.REPLACE, 0, lines))
    else:
        made.take(node.line, lines, platform)


def _makes_room(node: Node, found: Delta, platform: Platform) -> bool:
    """Whether only one such section may exist and another one comes."""
    alone = next((one for one in platform.alone if one.match(node.line)), None)
    return alone is not None and any(alone.match(new.line) for new in found.missing)


def _bring(made: Plan, node: Node, top: Place) -> None:
    """A top-level line or section that is missing."""
    platform = top.platform
    if ranged(node.line, platform) and not node.children:
        return
    if not made.refuses(node, top):
        made.put(node.line, tuple(shown_node(node, top)), platform)


def _change(made: Plan, below: Delta, found: Delta, top: Place) -> None:
    """A top-level section whose content differs."""
    platform, header = top.platform, below.place.name
    if made.refuses_section(below.place, top):
        return
    if below.place.ordered:
        _unbound(made, header, found, platform)
    if below.place.ordered and anew(below):
        whole = (shown_node(node, below.place) for node in below.intended.all())
        made.put(header, (top.negation(header), header, *chain.from_iterable(whole)), platform)
    else:
        _section(made, below, platform)


def _unbound(made: Plan, header: str, found: Delta, platform: Platform) -> None:
    """Take an access list from where it filters as long as it is rebuilt."""
    held = bindings(header, found.running.all(), platform)
    wanted = bindings(header, found.intended.all(), platform) if held else ()
    made.steps += [Step(Phase.REPLACE, 0, unbind) for unbind, _ in held]
    made.steps += [Step(Phase.BIND, -1, bind) for unbind, bind in held if (unbind, bind) in wanted]


def _section(made: Plan, below: Delta, platform: Platform) -> None:
    if platform.typed.tables.match(below.place.name):
        below = _without_entries(made, below, platform)
    lines = ordinary(below)
    if lines is None:
        lines = tuple(changed_body(made, below))
    if lines:
        made.put(below.place.name, lines, platform)


def _without_entries(made: Plan, below: Delta, platform: Platform) -> Delta:
    """A table without the entries that are to go: others may refer to them until later."""
    stay = {node.line for node in below.missing}  # at another place
    gone = {
        node.line
        for node in below.extra
        if platform.typed.enters.match(node.line) and node.line not in stay
    }
    if not gone:
        return below
    lines = tuple(changed_body(made, below.only([n for n in below.extra if n.line in gone])))
    if lines:
        made.take(below.place.name, lines, platform)
    return replace(below, extra=[node for node in below.extra if node.line not in gone])


def _ranges(made: Plan, found: Delta, platform: Platform) -> None:
    """List-valued lines: only the numbers that differ are added and removed, over all lines."""
    if not platform.ranges or not ranges((*found.extra, *found.missing), platform):
        return
    now = ranges(found.running.all(), platform)
    then = ranges(found.intended.all(), platform)
    for words in {**now, **then}:
        before, after = now.get(words, frozenset()), then.get(words, frozenset())
        if after - before:
            made.steps.append(Step(Phase.DEFINE, 0, (words + spans(after - before, platform),)))
        if before - after:
            taken = platform.typed.negator + words + spans(before - after, platform)
            made.steps.append(Step(Phase.DELETE, 0, (taken,)))


def _stays(node: Node, found: Delta, platform: Platform) -> bool:
    """Whether what a list-valued header stands for exists without its section."""
    words, held = ranged(node.line, platform) or ("", frozenset())
    return held <= ranges(found.intended.all(), platform).get(words, frozenset())


def _flat_list(made: Plan, found: Delta, whole: Delta, top: Place) -> None:
    """A numbered access list: `no` of one line deletes the whole list, so it is written anew."""
    now = [node.line for node in found.running.all()]
    then = [node.line for node in found.intended.all()]
    platform = top.platform
    gone = platform.typed.negator + found.name
    if now == then[: len(now)]:
        made.put(found.name, tuple(then[len(now) :]), platform)
    elif not then:
        made.take(found.name, (gone,), platform)
    else:
        _unbound(made, found.name, whole, platform)
        made.put(found.name, (gone, *then), platform)


def _delete_after_access(made: Plan, found: Delta, platform: Platform) -> None:
    """What a login still refers to is deleted behind it."""
    used = {word for line in _leaving_access(found, platform) for word in line.split()}
    for index, step in enumerate(made.steps if used else ()):
        if step.phase is Phase.DELETE and _name(step, platform) in used:
            made.steps[index] = step._replace(phase=Phase.LAST)


def _leaving_access(found: Delta, platform: Platform) -> Iterator[str]:
    """Lines that go away from what people log in through."""
    gone = [node for node in found.extra if platform.access.match(node.line)]
    for below in found.changed:
        if platform.access.match(below.place.name):
            gone += below.extra
    for node in gone:
        yield from node.content


def _name(step: Step, platform: Platform) -> str | None:
    """The name of what the step deletes."""
    line = step.lines[0].removeprefix(platform.typed.negator)
    named = filter(None, (one.match(line) for one in platform.definitions))
    return next((one[one.lastindex or 0] for one in named), None)
