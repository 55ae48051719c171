"""Two trees to the commands that make one into the other, in a safe order. Pure.

Phases: what others refer to is defined first, then bound, then what nothing refers to any more is
deleted, and what people log in through is touched last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from drift.engine.compare import Path, is_ordered
from drift.engine.lists import flat_name, ranged, spans
from drift.engine.model import Node, Refusal
from drift.engine.read import closer, matches, shown_node
from drift.engine.rebuild import bindings, ordered_body
from drift.engine.words import entry_key, negation, own_key, owner, place_of, refusal_of
from drift.platforms import Platform


class Phase(IntEnum):
    REPLACE = 0  # what must go before its successor can come
    DEFINE = 1
    BIND = 2
    UNBIND = 3
    DELETE = 4
    ACCESS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Lines that belong together, and when they may be sent."""

    phase: Phase
    rank: int
    lines: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    steps: list[Step] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def lines(self) -> tuple[str, ...]:
        """All lines in the order to send; the sort keeps the order within phase and rank."""
        ordered = sorted(self.steps, key=lambda step: (step.phase, step.rank))
        return tuple(line for step in ordered for line in step.lines)


def plan(running: Node, intended: Node, platform: Platform) -> Plan:
    """Commands that turn `running` into `intended` at the top level and below."""
    made = Plan()
    work = _Level(running, intended, platform)
    for child in work.extra:
        _take_away(made, child, work)
    for child in work.missing:
        _bring(made, child, work)
    for ours, theirs in work.changed:
        _change(made, theirs, ours, work)
    for name, (theirs_list, ours_list) in work.lists.items():
        _flat_list(made, name, theirs_list, ours_list, platform)
    return made


class _Level:
    """The top level's children: extra, missing, changed, and flat ordered lists."""

    def __init__(self, running: Node, intended: Node, platform: Platform) -> None:
        self.platform, self.running, self.intended = platform, running, intended
        self.lists: dict[str, tuple[list[Node], list[Node]]] = {}
        theirs = self._plain(running, side=0)
        ours = self._plain(intended, side=1)
        self.extra = [node for key, node in theirs.items() if key not in ours]
        self.missing = [node for key, node in ours.items() if key not in theirs]
        self.changed = [
            (node, theirs[key])
            for key, node in ours.items()
            if key in theirs and theirs[key].content != node.content
        ]
        self.replaced = {own_key(node.line, (), platform) for node in self.missing} - {None}

    def makes_room(self, node: Node) -> bool:
        """Whether only one such section may exist and another one comes."""
        alone = next((one for one in self.platform.alone if one.match(node.line)), None)
        return alone is not None and any(alone.match(new.line) for new in self.missing)

    def _plain(self, root: Node, *, side: int) -> dict[str, Node]:
        plain: dict[str, Node] = {}
        for node in root.children:
            name = flat_name(node.line, self.platform)
            if name:
                self.lists.setdefault(name, ([], []))[side].append(node)
            else:
                plain.setdefault(node.line, node)
        return plain


def _take_away(made: Plan, node: Node, work: _Level) -> None:
    """A top-level line or section that is not intended."""
    platform = work.platform
    if ranged(node.line, platform):
        _ranges(made, node, work)
        return
    key = own_key(node.line, (), platform)
    if key is not None and key in work.replaced and not platform.sequenced.match(node.line):
        return  # its successor replaces it
    if refused(made, node, (), platform):
        return
    if platform.undeletable.match(node.line):
        empty = Node(line=node.line, number=0, children=[])
        _section(made, node, empty, platform)
        return
    lines = tuple(negation(node, platform))
    if platform.sequenced.match(node.line) or work.makes_room(node):
        made.steps.append(Step(phase=Phase.REPLACE, rank=0, lines=lines))
    else:
        made.steps.append(_step(node.line, lines, platform, adding=False))


def _bring(made: Plan, node: Node, work: _Level) -> None:
    """A top-level line or section that is missing."""
    platform = work.platform
    if ranged(node.line, platform):
        if not any(_same_range(node, other, platform) for other in work.extra):
            lines = tuple(shown_node(node, platform, path=()))
            made.steps.append(_step(node.line, lines, platform, adding=True))
        return
    if refused(made, node, (), platform):
        return
    lines = tuple(shown_node(node, platform, path=()))
    made.steps.append(_step(node.line, lines, platform, adding=True))


def _change(made: Plan, running: Node, intended: Node, work: _Level) -> None:
    """A top-level line whose content below differs."""
    platform = work.platform
    if refused(made, running, (), platform):
        return
    if running.block or intended.block:
        made.steps.append(_step(intended.line, intended.block, platform, adding=True))
        return
    section = Node(line=running.line, number=running.number, children=running.children)
    around = (
        bindings(section.line, work.running, platform)
        if is_ordered((section.line,), platform)
        else ()
    )
    made.steps += [Step(phase=Phase.REPLACE, rank=0, lines=pair[0]) for pair in around]
    _section(made, running, intended, platform)
    made.steps += [Step(phase=Phase.BIND, rank=-1, lines=pair[1]) for pair in around]


def _section(made: Plan, running: Node, intended: Node, platform: Platform) -> None:
    body = tuple(_body(made, running, intended, platform, (running.line,)))
    if body:
        lines = (running.line, *body)
        made.steps.append(_step(running.line, lines, platform, adding=True))


def _body(
    made: Plan, running: Node, intended: Node, platform: Platform, path: Path
) -> Iterator[str]:
    """Commands below a section's header, indented."""
    pad = platform.indent * len(path)
    if is_ordered(path, platform):
        yield from ordered_body(running, intended, platform, path)
        return
    theirs = {node.line: node for node in reversed(running.children)}
    ours = {node.line: node for node in reversed(intended.children)}
    extra = [node for line, node in theirs.items() if line not in ours][::-1]
    missing = [node for line, node in ours.items() if line not in theirs][::-1]
    missing = _with_dropped(missing, extra, ours, platform, path)
    replaced = {entry_key(node.line, path, platform) for node in missing} - {None}
    for node in _removable(extra, replaced, platform, path):
        if not refused(made, node, path, platform):
            yield from (pad + line for line in negation(node, platform))
    for node in missing:
        if not refused(made, node, path, platform):
            yield from shown_node(node, platform, path=path)
    for line, node in ours.items():
        if line in theirs and theirs[line].content != node.content:
            yield from _changed_child(made, theirs[line], node, platform, path)


def _changed_child(
    made: Plan, running: Node, intended: Node, platform: Platform, path: Path
) -> Iterator[str]:
    if refused(made, running, path, platform):
        return
    if running.block or intended.block:
        yield from intended.block
        return
    inner = (*path, running.line)
    body = tuple(_body(made, running, intended, platform, inner))
    if body:
        yield platform.indent * len(path) + running.line
        yield from body
        closing = closer(inner, platform)
        if closing:
            yield platform.indent * len(path) + closing


def _with_dropped(
    missing: list[Node], extra: list[Node], ours: dict[str, Node], platform: Platform, path: Path
) -> list[Node]:
    """Missing lines first those that take others with them, then what they took."""
    place = place_of(path)
    resetting = [n for n in [*missing, *extra] if matches(platform.resets, place, n.line)]
    gone = {owner(node.line, platform) for node in extra} - {None}
    kept = {owner(node.line, platform) for node in missing} - {None}
    dropped = [
        node
        for line, node in ours.items()
        if (resetting and platform.resets_lines.match(line))
        or any(line.startswith(f"{name} ") for name in gone - kept)
    ]
    first = [node for node in missing if matches(platform.resets, place, node.line)]
    rest = [node for node in missing if node not in first]
    lines = {node.line for node in [*first, *dropped]}
    return [*first, *dropped, *(node for node in rest if node.line not in lines)]


def _removable(
    extra: list[Node], replaced: set[str | None], platform: Platform, path: Path
) -> Iterator[Node]:
    """Extra lines that need a command: no successor replaces them, and no owner takes them."""
    owners = {owner(node.line, platform) for node in extra} - {None}
    gone = {
        name for node in extra
        if (name := owner(node.line, platform)) is not None
        and entry_key(node.line, path, platform) not in replaced
    }  # fmt: skip
    for node in sorted(extra, key=lambda one: not one.line.endswith(" secondary")):
        key = entry_key(node.line, path, platform)
        sequenced = platform.sequenced.match(node.line)
        if key is not None and key in replaced and not sequenced:
            continue
        mine = owner(node.line, platform)
        if mine is None and owners and any(node.line.startswith(f"{name} ") for name in gone):
            continue
        yield node


def _ranges(made: Plan, node: Node, work: _Level) -> None:
    """A list-valued line: only the numbers that differ are added and removed."""
    platform = work.platform
    held = ranged(node.line, platform)
    twin = next((new for new in work.missing if _same_range(new, node, platform)), None)
    wanted = ranged(twin.line, platform) if twin else None
    if held is None:
        return
    words, now = held
    then = wanted[1] if wanted else frozenset[int]()
    if then - now:
        made.steps.append(Step(phase=Phase.DEFINE, rank=0, lines=(f"{words}{spans(then - now)}",)))
    if now - then:
        made.steps.append(
            Step(phase=Phase.DELETE, rank=0, lines=(f"no {words}{spans(now - then)}",))
        )


def _same_range(a: Node, b: Node, platform: Platform) -> bool:
    one, other = ranged(a.line, platform), ranged(b.line, platform)
    return one is not None and other is not None and one[0] == other[0]


def _flat_list(
    made: Plan, name: str, running: Sequence[Node], intended: Sequence[Node], platform: Platform
) -> None:
    """A numbered access list: `no` of one line deletes the whole list, so it is written anew."""
    now, then = [node.line for node in running], [node.line for node in intended]
    if now == then:
        return
    if now == then[: len(now)]:
        made.steps.append(_step(name, tuple(then[len(now) :]), platform, adding=True))
        return
    if not then:
        made.steps.append(_step(name, (f"no {name}",), platform, adding=False))
        return
    made.steps.append(_step(name, (f"no {name}", *then), platform, adding=True))


def _step(line: str, lines: tuple[str, ...], platform: Platform, *, adding: bool) -> Step:
    """The phase by what the line is: a definition, an access, or something bound to others."""
    rank = next((i for i, one in enumerate(platform.definitions) if one.match(line)), None)
    if platform.access.match(line):
        return Step(phase=Phase.ACCESS, rank=0 if adding else 1, lines=lines)
    if rank is not None:
        phase = Phase.DEFINE if adding else Phase.DELETE
        return Step(phase=phase, rank=rank if adding else -rank, lines=lines)
    return Step(phase=Phase.BIND if adding else Phase.UNBIND, rank=0, lines=lines)


def refused(made: Plan, node: Node, path: Path, platform: Platform) -> bool:
    """Note a refusal where the platform's data (or a redacted secret) leaves no safe command."""
    reason = refusal_of(node, path, platform)
    if reason:
        made.refusals.append(Refusal(path=(*path, node.line), reason=reason))
    return bool(reason)
