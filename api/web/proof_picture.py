"""The proof of one record as a picture: what each line of it says. Every step is computed again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.audit import Fact
from core.evidence.documents import Evidence
from core.evidence.models import Anchor, Head, Key
from core.evidence.signatures import is_chained, is_sound
from core.evidence.standing import receipt_facts
from core.evidence.steps import Step, steps
from core.evidence.tree import leaf_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One join, counted from the leaf: `sibling` stands left or right and says `beside`."""

    number: int
    side: str
    sibling: str
    beside: str
    joined: str
    covers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Where a head that covers the record lies outside, since when, and what the receipt says."""

    target: str
    at: datetime
    size: int
    share: float
    receipt: Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """From the top: anchors, key, signed head, rungs, leaf; and which of it holds.

    `share` is how far through the log the record stands, in per cent.
    """

    log: str
    head: Head
    key: Key
    position: int
    share: float
    leaf: str
    rungs: tuple[Rung, ...]
    root: str
    root_fits: bool
    signed: bool
    chained: bool
    laid: tuple[Laid, ...]

    @property
    def sound(self) -> bool:
        return self.root_fits and self.signed and self.chained


def picture(evidence: Evidence, anchors: Sequence[Anchor]) -> Picture:
    """The picture of evidence for one record under one head, with anchors that cover it."""
    [head], [proven], keys = evidence.heads, evidence.records, evidence.keys
    leaf = leaf_hash(proven.canonical)
    made = steps(leaf, proven.position, head.size, proven.path)
    root = made[-1].joined if made else leaf
    key = next((one for one in keys if one.id == head.key_id), keys[-1])
    return Picture(
        log=keys[0].id, head=head, key=key, position=proven.position,
        share=_share(proven.position, head.size), leaf=leaf.hex(),
        rungs=tuple(_rung(number, one) for number, one in enumerate(made or (), start=1))[::-1],
        root=root.hex(), root_fits=made is not None and root == head.root,
        signed=is_sound(head, keys), chained=_chained(keys),
        laid=tuple(
            Laid(
                target=one.target, at=one.anchored_at, size=one.size,
                share=_share(one.size, head.size), receipt=receipt_facts(one.receipt),
            )
            for one in anchors
        ),
    )  # fmt: skip


def _chained(keys: Sequence[Key]) -> bool:
    before = [None, *keys[:-1]]
    return all(
        is_chained(key, previous, number, log=keys[0].id)
        for number, (key, previous) in enumerate(zip(keys, before, strict=True), start=1)
    )


def _share(position: int, size: int) -> float:
    return round(min(100.0, 100 * position / max(1, size)), 2)


def _rung(number: int, step: Step) -> Rung:
    many = step.end - step.begin
    return Rung(
        number=number, side=step.side, sibling=step.sibling.hex(), joined=step.joined.hex(),
        beside=_beside(step), covers=f"{many:,} records, {_span(step.begin, step.end)}",
    )  # fmt: skip


def _beside(step: Step) -> str:
    if step.count == 1:
        return f"one record, at position {step.first:,}"
    return f"{step.count:,} records, {_span(step.first, step.first + step.count)}"


def _span(begin: int, end: int) -> str:
    return f"positions {begin:,} to {end - 1:,}"
