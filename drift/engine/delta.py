"""Two texts to what differs between them, section by section. Pure; makes no commands.

Only what differs is parsed. A `Delta` serves both ways: seen from the other side it is the way
back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.engine.align import common
from drift.engine.excerpts import Blocks, unlike_excerpts
from drift.engine.lists import flat_name, listed, ranged, ranges
from drift.engine.model import Node
from drift.engine.places import Place
from drift.engine.read import all_blocks, in_order, key_of, node_of, parsed, value_node, value_of
from drift.engine.texts import CHILD, Numbered, apart, blocks, children, framed, said
from drift.engine.unlike import unlike, unlike_blocks
from drift.platforms import Platform

BothWays = tuple[tuple[str, ...] | None, tuple[str, ...] | None]
"""A section's commands there and back, as far as they are known already."""


@dataclass(slots=True, kw_only=True)
class Delta:
    """A section that differs: what one side has only, and the sections below that differ.

    `running` and `intended` hold all of each side. `values` are multi-line values that both have
    with other content. In an ordered section (and in a flat list, which has a `name`) `moved` are
    lines that stand elsewhere. `lists` are the flat ordered lists of the top level that differ.
    """

    place: Place
    running: "Whole"
    intended: "Whole"
    name: str = ""
    extra: Sequence[Node] = ()
    missing: Sequence[Node] = ()
    moved: Sequence[tuple[Node, Node]] = ()
    values: Sequence[tuple[Node, Node]] = ()
    changed: Sequence["Delta"] = ()
    lists: Sequence["Delta"] = ()
    typed: "BothWays | None" = None

    @property
    def empty(self) -> bool:
        return not (
            self.extra or self.missing or self.moved or self.values or self.changed or self.lists
        )

    def only(self, extra: Sequence[Node]) -> "Delta":
        """The same section, in which nothing differs but that these lines are to go."""
        return Delta(place=self.place, running=self.running, intended=self.running, extra=extra)

    def turned(self) -> "Delta":
        """The same seen from the other side."""
        return Delta(
            place=self.place, running=self.intended, intended=self.running, name=self.name,
            extra=self.missing, missing=self.extra,
            moved=[(ours, theirs) for theirs, ours in self.moved],
            values=[(ours, theirs) for theirs, ours in self.values],
            changed=[one.turned() for one in self.changed],
            lists=[one.turned() for one in self.lists],
            typed=self.typed and (self.typed[1], self.typed[0]),
        )  # fmt: skip


@dataclass(slots=True)
class Whole:
    """All of one side's section, parsed when somebody asks; `pieces` may be a framed text."""

    pieces: Sequence[Numbered] | str
    place: Place
    nodes: list[Node] | None = None

    def all(self) -> list[Node]:
        """Every node of the section, in the order shown."""
        if self.nodes is None:
            found = self.pieces
            if isinstance(found, str):
                found = all_blocks(found, self.place.platform)
            self.nodes = parsed(found, self.place)
        return self.nodes


def emptied(node: Node, top: Place) -> Delta:
    """A section that stays, without anything in it."""
    place = top.below(node.line)
    return Delta(
        place=place, extra=node.children, running=Whole(node.below, place),
        intended=Whole([], place),
    )  # fmt: skip


def delta(running: str, intended: str, platform: Platform) -> Delta:
    """What differs between two texts. Raises NotText where it is no text."""
    a, b = framed(said(running, platform)), framed(said(intended, platform))
    extra, missing = unlike_excerpts(a, b, platform) or _unlike_texts(a, b, platform)
    place = Place((), platform)
    top = Delta(place=place, running=Whole(a, place), intended=Whole(b, place))
    if platform.flat_lists:
        extra, missing = _take_lists(top, a, b, extra, missing)
    _resolve(top, extra, missing)
    if platform.ranges:
        _leave_out_same_ranges(top)
    return top


def _unlike_texts(a: str, b: str, platform: Platform) -> Blocks:
    """The same by taking both texts apart as a whole."""
    values = platform.multiline
    return unlike(apart(a, values), apart(b, values), ignored=platform.ignored)


def _resolve(into: Delta, extra: Sequence[Numbered], missing: Sequence[Numbered]) -> None:
    """Sort blocks that differ as strings into what they mean."""
    place = into.place
    theirs, ours = _by_key(extra, place), _by_key(missing, place)
    changed: list[Delta] = []
    values: list[tuple[Node, Node]] = []
    for key in [one for one in theirs if one in ours]:
        before, after = theirs.pop(key), ours.pop(key)
        if value_of(before[-1][1], place.platform) is not None:
            # of a value written in several places the device keeps the last one
            values.append((value_node(*before[-1], key), value_node(*after[-1], key)))
            continue
        below = section(place.below(key), _below(before), _below(after))
        if below is not None:
            changed.append(below)
    into.changed = changed
    into.values = [pair for pair in values if pair[0].block != pair[1].block]
    into.extra, into.missing = _nodes(theirs, place), _nodes(ours, place)


def _by_key(found: Sequence[Numbered], place: Place) -> dict[str, list[Numbered]]:
    """Pieces by the line that stands for them; what says nothing is left out."""
    keyed: dict[str, list[Numbered]] = {}
    for one in found:
        key = key_of(one[1], place)
        if key:
            keyed.setdefault(key, []).append(one)
    return keyed


def _nodes(keyed: dict[str, list[Numbered]], place: Place) -> list[Node]:
    nodes: list[Node] = []
    for key, pieces in keyed.items():
        if len(pieces) > 1:
            nodes += parsed(pieces, place)
        elif (node := node_of(*pieces[0], key, place)) is not None:
            nodes.append(node)
    return nodes


def _below(pieces: Sequence[Numbered]) -> list[Numbered]:
    """What stands below a header, however many places it is written in."""
    if len(pieces) == 1:
        return children(*pieces[0])
    return [child for number, block in pieces for child in children(number, block)]


def section(place: Place, theirs: list[Numbered], ours: list[Numbered]) -> Delta | None:
    """What differs below one header; None where nothing does."""
    found = Delta(place=place, running=Whole(theirs, place), intended=Whole(ours, place))
    if place.ordered:
        _in_order(found)
        return None if found.empty else found
    nested = any(CHILD in one for _, one in theirs) or any(CHILD in one for _, one in ours)
    _resolve(found, *unlike_blocks(theirs, ours, sections=nested))
    if place.platform.continued:
        _leave_out_rewritten(found)
    return None if found.empty else found


def _leave_out_rewritten(into: Delta) -> None:
    """A list over several lines that holds the same numbers does not differ."""
    place = into.place
    for key in {place.list_key(one.line) for one in (*into.extra, *into.missing)} - {None}:
        now = listed(into.running.all(), str(key), place)
        if now is not None and now == listed(into.intended.all(), str(key), place):
            into.extra = [one for one in into.extra if place.list_key(one.line) != key]
            into.missing = [one for one in into.missing if place.list_key(one.line) != key]


def _leave_out_same_ranges(top: Delta) -> None:
    """Nor does a list-valued line, when the sections below it name the same numbers."""
    platform = top.place.platform
    if not any(ranged(one.line, platform) for one in (*top.extra, *top.missing)):
        return
    if ranges(top.running.all(), platform) == ranges(top.intended.all(), platform):
        top.extra = [one for one in top.extra if one.children or not ranged(one.line, platform)]
        top.missing = [one for one in top.missing if one.children or not ranged(one.line, platform)]


def _in_order(into: Delta) -> None:
    """What differs in an ordered section: lines moved, of one side only, or with other content."""
    theirs, ours = in_order(into.running.all()), in_order(into.intended.all())
    kept = common([one.line for one in theirs], [one.line for one in ours])
    sections = [
        section(into.place.below(theirs[i].line), theirs[i].below, ours[j].below)
        for i, j in kept
        if theirs[i].content != ours[j].content
    ]
    into.changed = [one for one in sections if one is not None]
    stay = {i for i, _ in kept}, {j for _, j in kept}
    left = [one for i, one in enumerate(theirs) if i not in stay[0]]
    right = [one for j, one in enumerate(ours) if j not in stay[1]]
    twins: dict[tuple[str, ...], list[Node]] = {}
    for one in right:
        twins.setdefault(one.content, []).append(one)
    into.moved = [(one, twins[one.content].pop(0)) for one in left if twins.get(one.content)]
    gone = {id(one) for one, _ in into.moved}
    into.extra = [one for one in left if id(one) not in gone]
    into.missing = [one for one in right if any(one is node for node in twins[one.content])]


def _take_lists(
    top: Delta, a: str, b: str, extra: list[Numbered], missing: list[Numbered]
) -> tuple[list[Numbered], list[Numbered]]:
    """Flat ordered lists that differ, whole; and the blocks that belong to none."""
    platform = top.place.platform
    lists: list[Delta] = []
    for opens in platform.flat_opens:
        if f"\n{opens}" not in a and not any(one.startswith(opens) for _, one in missing):
            continue
        theirs, ours = _entries(a, opens, platform), _entries(b, opens, platform)
        if [one for _, one in theirs] != [one for _, one in ours]:
            lists += _lists(_named(theirs, platform), _named(ours, platform), top.place)
    top.lists = lists
    return (
        [one for one in extra if not flat_name(one[1], platform)],
        [one for one in missing if not flat_name(one[1], platform)],
    )


def _lists(
    theirs: dict[str, list[Numbered]], ours: dict[str, list[Numbered]], place: Place
) -> Iterator[Delta]:
    for name in {**theirs, **ours}:
        found = Delta(
            place=place, name=name, running=Whole(theirs.get(name, []), place),
            intended=Whole(ours.get(name, []), place),
        )  # fmt: skip
        _in_order(found)
        if not found.empty:
            yield found


def _entries(text: str, opens: str, platform: Platform) -> list[Numbered]:
    found = blocks(apart(text, platform.multiline))
    return [one for one in found if one[1].startswith(opens)]


def _named(found: Sequence[Numbered], platform: Platform) -> dict[str, list[Numbered]]:
    lists: dict[str, list[Numbered]] = {}
    for one in found:
        name = flat_name(one[1], platform)
        if name:
            lists.setdefault(name, []).append(one)
    return lists
