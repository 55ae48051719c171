"""A path of the tree step by step, each computed again, for whoever wants to see it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.evidence.tree import node_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is joined: the tree so far with its sibling, which stands on one side of it.

    The sibling covers `count` leaves from `first` on; `joined` is the hash of both, over all leaves
    from `begin` until before `end`.
    """

    side: Literal["left", "right"]
    sibling: bytes
    first: int
    count: int
    joined: bytes
    begin: int
    end: int


def steps(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> tuple[Step, ...] | None:
    """From the leaf up to the root (RFC 6962, 2.1.1); None when the path cannot be one."""
    if not 0 <= index < size:
        return None
    spans = list(_spans(index, size))[::-1]
    if len(spans) != len(path):
        return None
    found, made, begin, end = leaf, list[Step](), index, index + 1
    for (first, last), sibling in zip(spans, path, strict=True):
        left = first < begin
        found = node_hash(sibling, found) if left else node_hash(found, sibling)
        begin, end = min(begin, first), max(end, last)
        made.append(
            Step(
                side="left" if left else "right", sibling=sibling, first=first, count=last - first,
                joined=found, begin=begin, end=end,
            )
        )  # fmt: skip
    return tuple(made)


def _spans(index: int, size: int) -> Iterator[tuple[int, int]]:
    """The leaves of each sibling, the largest subtree first."""
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle
