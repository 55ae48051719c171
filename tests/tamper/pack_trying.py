"""Lay each hand on a pack, look what the stand-alone verifier tells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.tamper.pack_hands import OUTSIDE
from tests.tamper.pack_insiders import INSIDERS
from tests.tamper.pack_secrets import SECRETS
from tests.tamper.prey import Due, Prey, faults

PACK_HANDS: tuple[Callable[[Prey], Due], ...] = (*OUTSIDE, *INSIDERS, *SECRETS)


@dataclass(frozen=True)
class TriedOnPack:
    """One manipulation, by which names it had to be told, and what was told."""

    hand: str
    due: frozenset[str]
    told: tuple[tuple[str, str], ...]

    @property
    def detected(self) -> bool:
        return bool(self.told)

    @property
    def named(self) -> bool:
        return any(kind in self.due for kind, _ in self.told)

    @property
    def in_words(self) -> bool:
        """Whether no fault was told by the name of an exception of Python's."""
        return not any("(" in what and "Error)" in what for _, what in self.told)


def attempts_on(
    prey: Prey, number: int, hands: tuple[Callable[[Prey], Due], ...] = PACK_HANDS
) -> Iterator[TriedOnPack]:
    """So many manipulations, every kind in its turn, each on the untouched pack."""
    for turn in range(number):
        hand = hands[turn % len(hands)]
        made = hand(prey)
        found = faults(made.content, prey.folder, made.options)
        told = tuple((one["kind"], one["what"]) for one in found)
        yield TriedOnPack(hand=hand.__name__, due=made.kinds, told=told)
