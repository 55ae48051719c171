"""When commands may be sent: phases that keep a device whole while they come in. Pure.

What others refer to is defined first, then bound, then what nothing refers to any more is deleted,
and what people log in through is touched last: what is added there before what is taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from drift.engine.model import Node, Refusal
from drift.engine.places import Place
from drift.platforms import Platform, index_of


class Phase(IntEnum):
    REPLACE = 0  # what must go before its successor can come
    DEFINE = 1
    BIND = 2
    UNBIND = 3
    DELETE = 4
    ACCESS = 5
    LAST = 6  # what only a login referred to


class Step(NamedTuple):
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

    def refuses(self, node: Node, place: Place) -> bool:
        """Note a refusal where the platform's data or a redacted secret leave no safe command."""
        return self._noted(node.line, place.refusal(node), place)

    def refuses_taking(self, node: Node, place: Place) -> bool:
        """The same for a line that is to be taken away."""
        reason = place.refusal(node)
        if not reason and not place.platform.takes_any:
            reason = place.untaken(node.line)
        return self._noted(node.line, reason, place)

    def refuses_unclear(self, extra: Sequence[Node], missing: Sequence[Node], place: Place) -> bool:
        """The same for a section in which what goes depends on what changes with it."""
        return any(
            self._noted(node.line, rule.reason, place)
            for rule in place.platform.unclear
            if rule.section.search(place.name)
            and any(rule.beside.match(one.line) for one in (*extra, *missing))
            for node in extra
            if rule.line.match(node.line)
        )

    def refuses_section(self, below: Place, place: Place) -> bool:
        """The same for a section that is only entered."""
        line = below.path[-1]
        return self._noted(line, place.refusal_of(line), place)

    def _noted(self, line: str, reason: str, place: Place) -> bool:
        if reason:
            self.refusals.append(Refusal(path=(*place.path, line), reason=reason))
        return bool(reason)

    def put(self, line: str, lines: tuple[str, ...], platform: Platform) -> None:
        """Lines that bring or change what `line` stands for."""
        if platform.access.match(line):
            self.steps.append(Step(Phase.ACCESS, 0, lines))
            return
        rank = _rank(line, platform)
        if rank is None:
            self.steps.append(Step(Phase.BIND, 0, lines))
        else:
            self.steps.append(Step(Phase.DEFINE, rank, lines))

    def take(self, line: str, lines: tuple[str, ...], platform: Platform) -> None:
        """Lines that take away what `line` stands for."""
        if platform.access.match(line):
            self.steps.append(Step(Phase.ACCESS, 1, lines))
            return
        rank = _rank(line, platform)
        if rank is None:
            self.steps.append(Step(Phase.UNBIND, 0, lines))
        else:
            self.steps.append(Step(Phase.DELETE, -rank, lines))


def _rank(line: str, platform: Platform) -> int | None:
    """The place of a definition among those that build on each other, or None."""
    found = platform.definition.match(line)
    return index_of(found) if found else None
