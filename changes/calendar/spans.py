"""Spans of time and their arithmetic. Pure: no database, no clock, no time zones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` until before `end`, both aware."""

    start: datetime
    end: datetime

    def meets(self, other: "Span") -> bool:
        """Whether the two have an instant in common."""
        return self.start < other.end and other.start < self.end


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same instants as spans that neither meet nor touch, in order; empty ones go."""
    kept: list[Span] = []
    for one in sorted(one for one in spans if one.start < one.end):
        if kept and one.start <= kept[-1].end:
            kept[-1] = Span(kept[-1].start, max(kept[-1].end, one.end))
        else:
            kept.append(one)
    return tuple(kept)


def common(left: Iterable[Span], right: Iterable[Span]) -> tuple[Span, ...]:
    """The instants that lie in both."""
    ours, theirs = list(merged(left)), list(merged(right))
    found: list[Span] = []
    while ours and theirs:
        one, other = ours[-1], theirs[-1]
        if one.meets(other):
            found.append(Span(max(one.start, other.start), min(one.end, other.end)))
        (ours if one.start >= other.start else theirs).pop()
    return merged(found)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """The instants of `spans` that lie in none of `taken`."""
    left = list(merged(spans))
    for hole in merged(taken):
        left = [
            piece
            for one in left
            for piece in (Span(one.start, min(one.end, hole.start)),
                          Span(max(one.start, hole.end), one.end))
            if piece.start < piece.end
        ]  # fmt: skip
    return tuple(left)


def within(spans: Iterable[Span], frame: Span) -> tuple[Span, ...]:
    """The parts of the spans that lie in the frame, each by itself."""
    return tuple(
        Span(max(one.start, frame.start), min(one.end, frame.end))
        for one in spans
        if one.meets(frame)
    )


def covered(span: Span, by: Sequence[Span]) -> bool:
    """Whether every instant of a span lies in one of the others."""
    return not without([span], by)
