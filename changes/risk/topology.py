"""What is cut off when devices or links of the recorded network go down. Pure: plain numbers."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Pair = tuple[int, int]
Neighbours = Mapping[int, Collection[int]]
Left = Literal["uplink", "last_link", "parallel"]
"""What a device loses with its links: the rest, the smaller part behind it, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Devices cut from the rest: `count` of them; `others` are those that are not down."""

    count: int
    others: frozenset[int]


def neighbours(pairs: Iterable[Pair]) -> dict[int, set[int]]:
    """Who is linked with whom, from links that may be told by either end."""
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found


def cut_off(known: Neighbours, down: Collection[int]) -> Cut:
    """The devices without a way to the largest part of their network while others are down.

    A device that is down itself counts where the others that are down would cut it off too, so
    that taking one more device down never makes the number smaller.
    """
    gone, seen = frozenset(down), set[int]()
    count, others = 0, set[int]()
    for start in gone & known.keys():
        if start not in seen:
            whole = reached(known, start)
            seen |= whole
            kept = _largest(known, whole, gone)
            count += len(whole) - len(kept)
            others |= whole - kept - gone
    return Cut(count=count, others=frozenset(others))


def _largest(known: Neighbours, whole: Collection[int], gone: frozenset[int]) -> set[int]:
    """The largest part that is left, with the devices that are down at its rim."""
    best = {min(whole)}
    for part in parts(known, whole, without=gone):
        rim = {far for one in part for far in known[one] if far in gone}
        best = max(best, part | rim, key=len)
    return best


def parts(
    known: Neighbours, of: Iterable[int], *, without: Collection[int] = ()
) -> Iterator[set[int]]:
    """The parts in which these devices are, each once, without some."""
    seen = set(without)
    for start in of:
        if start not in seen:
            part = reached(known, start, without=without)
            seen |= part
            yield part


def reached(known: Neighbours, start: int, *, without: Collection[int] = ()) -> set[int]:
    """All that is reached from a device, itself among it, not through some."""
    found, waiting = {start}, [start]
    while waiting:
        for far in known.get(waiting.pop(), ()):
            if far not in found and far not in without:
                found.add(far)
                waiting.append(far)
    return found


def left_after(known: Neighbours, lost: Collection[Pair]) -> Mapping[Pair, Left]:
    """What each pair, that loses all links between its two, means for its first device."""
    less: dict[int, Collection[int]] = dict(known)
    for one, other in lost:
        less[one] = set(less.get(one, ())) - {other}
        less[other] = set(less.get(other, ())) - {one}
    ends = [one for pair in lost for one in pair]
    now = {one: part for part in parts(less, ends) for one in part}
    before = {one: part for part in parts(known, ends) for one in part}
    return {(one, far): _left(now[one], before[one], far) for one, far in lost}


def _left(now: set[int], before: set[int], far: int) -> Left:
    if far in now:
        return "parallel"
    return "uplink" if 2 * len(now) <= len(before) else "last_link"
