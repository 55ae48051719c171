"""Weigh the signs against a capture into a score from 0 to 100. Pure: reads no text, keeps nothing.

Every sign takes its weight off 100. A capture is trusted from the threshold on (the setting
`trust_threshold`, never below 50), so a sign of weight 60 ends trust wherever the threshold lies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.completeness import Doubt, Kind

WEIGHTS: Mapping[Kind, int] = {
    "empty": 100,
    "hostname": 100,
    "cut": 80,
    "unbalanced": 80,
    "garbage": 60,
    "answer": 60,
    "not_text": 60,
    "driver": 60,
    "restless": 60,
    "unread": 60,
    "collapsed": 60,
    "shrunk": 55,
    "tail": 55,
    "escapes": 10,
    "sections": 10,
    "confirmed": 0,
}
"""What each sign takes off; those of 50 and more are never outweighed."""

BY_READING: frozenset[Kind] = frozenset({"shrunk", "tail"})
"""Believed once a second read in the same collection showed the same."""

BY_TIME: frozenset[Kind] = BY_READING | {"collapsed", "unread"}
"""Believed once another collection showed the same."""

FINAL: frozenset[Kind] = frozenset({"hostname", "driver", "answer"})
"""Not read a second time: the device would answer the same, or is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    score: int
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one read gave: its text without volatile lines and secrets, and the signs against it."""

    text: str
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Which of two reads counts (0 or 1), and what is left to say against it."""

    counts: int
    doubts: tuple[Doubt, ...]


def weigh(doubts: Iterable[Doubt], *, threshold: int) -> Verdict:
    """The score that these signs leave, and whether it suffices."""
    score = max(0, 100 - sum(WEIGHTS[doubt.kind] for doubt in doubts))
    return Verdict(score=score, trusted=score >= threshold)


def suspicious(doubts: Sequence[Doubt], *, threshold: int) -> bool:
    """Whether a second read can tell more."""
    final = any(doubt.kind in FINAL for doubt in doubts)
    return not final and not weigh(doubts, threshold=threshold).trusted


def settle(first: Reading, second: Reading, *, threshold: int) -> Settled:
    """Compare two reads of one collection.

    The same twice is believed where only its size was doubted. A first read that broke (cut,
    garbage) gives way to a second one that is whole. Two different ones are neither, and nothing
    is believed that the second time another device, or an error, confirms.
    """
    final = tuple(one for one in second.doubts if one.kind in FINAL)
    if final:
        return Settled(counts=0, doubts=(*first.doubts, *final))
    if first.text == second.text:
        return Settled(
            counts=0, doubts=confirmed(first.doubts, kinds=BY_READING, by="a second read")
        )
    only_smaller = all(doubt.kind in BY_TIME for doubt in _serious(first.doubts, threshold))
    if weigh(second.doubts, threshold=threshold).trusted and not only_smaller:
        return Settled(counts=1, doubts=second.doubts)
    return Settled(counts=0, doubts=(*first.doubts, _restless(first.text, second.text)))


def confirmed(doubts: Iterable[Doubt], *, kinds: frozenset[Kind], by: str) -> tuple[Doubt, ...]:
    """The doubts after something showed the same: those of these kinds weigh nothing any more."""
    return tuple(
        Doubt(kind="confirmed", detail=f"{one}; {by} showed the same") if one.kind in kinds else one
        for one in doubts
    )


def is_final(told: Iterable[str]) -> bool:
    """Whether among doubts as they are kept is one that the same text twice does not answer."""
    return any(one.partition(":")[0] in FINAL for one in told)


def _serious(doubts: Iterable[Doubt], threshold: int) -> Sequence[Doubt]:
    """Those that end trust by themselves."""
    return [one for one in doubts if not weigh([one], threshold=threshold).trusted]


def _restless(first: str, second: str) -> Doubt:
    lines, again = first.split("\n"), second.split("\n")
    same = 0
    while same < min(len(lines), len(again)) and lines[same] == again[same]:
        same += 1
    return Doubt(
        kind="restless",
        detail=f"it changes while it is read: from line {same + 1} on two reads differ "
        f"({len(lines) - 1} and {len(again) - 1} lines)",
    )
