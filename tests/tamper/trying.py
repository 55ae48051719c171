"""Try each manipulation, look what verification tells, take it back."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.evidence.breaks import Broken
from core.records import inspect
from tests.tamper.hands import HANDS, Due
from tests.tamper.log import Log


@dataclass(frozen=True)
class Tried:
    """One manipulation, and what was told of it."""

    hand: str
    due: Due
    told: tuple[Broken, ...]

    @property
    def detected(self) -> bool:
        return bool(self.told)

    @property
    def named(self) -> bool:
        return any(one.kind == self.due.kind for one in self.told)

    @property
    def placed(self) -> bool:
        """Whether the first break of that kind is where the first hand was laid on."""
        if self.due.position is None:
            return True
        first = next((one.position for one in self.told if one.kind == self.due.kind), None)
        if first is None:
            return False
        return first <= self.due.position if self.due.near else first == self.due.position


def attempts(log: Log, number: int) -> Iterator[Tried]:
    """So many manipulations, every kind in its turn, each on the untouched log."""
    for turn in range(number):
        hand = HANDS[turn % len(HANDS)]
        savepoint = log.ctx.session.begin_nested()
        due = hand(log)
        told = inspect(log.ctx, anchors=log.anchors).broken
        savepoint.rollback()
        yield Tried(hand=hand.__name__, due=due, told=told)
