"""Say what became of records where the tree does not come out as it was signed. Reads only.

The signed roots decide: what makes them come out again is what was sealed. Tried are the records'
own hashes instead of the leaves', their order by number, and two places exchanged.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.evidence.breaks import Broken, Point
from core.evidence.tree import Frontier
from core.evidence.walking import Suspect, Walk

_ELSEWHERE = text("SELECT position FROM audit_leaf WHERE hash = :hash ORDER BY position LIMIT 1")
_LEAVES = text("""
SELECT leaf.position, leaf.audit_record_id,
       coalesce(sha256('\\x00'::bytea || record.canonical), leaf.hash) AS hash
FROM audit_leaf leaf LEFT JOIN audit_record record ON record.id = leaf.audit_record_id
WHERE leaf.position >= :since ORDER BY leaf.position
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A leaf as its row and its record have it now."""

    id: int
    hash: bytes


def diagnosed(walk: Walk, heads: Sequence[Point], *, sealed: int) -> Iterator[Broken]:
    """The breaks behind suspects and failed points; `sealed` is the size of the last head."""
    failed = [point for point in walk.failed if point.source == "head"]
    if walk.torn:
        yield from _altered(walk.suspects)
        return
    yield from _forks(walk, failed)
    if not failed:
        yield from _misplaced(walk.session, walk.suspects)
        yield from _nodes(walk)
        return
    if walk.joined > failed[0].size:
        yield Broken(
            kind="forked", position=walk.good.size,
            what=f"the head of {failed[0].size} records contradicts the one of {walk.joined}",
        )  # fmt: skip
        return
    stood = _stood(walk, walk.good.size)
    yield from _repaired(walk, stood, heads) or [_rewritten(walk, failed[0], sealed)]


def _forks(walk: Walk, failed: Sequence[Point]) -> Iterator[Broken]:
    """Anchors that the signed heads contradict."""
    known = {point.root for point in failed}
    for point in walk.failed:
        if point.source != "head" and point.root not in known:
            yield Broken(
                kind="forked", position=walk.good.size,
                what=f"{point.source} holds another signed head of {point.size} records",
            )  # fmt: skip
            return


def _misplaced(session: Session, suspects: Sequence[Suspect]) -> Iterator[Broken]:
    """The leaves are as signed: another record stands there, or this one was altered."""
    for one in suspects:
        place = session.scalar(_ELSEWHERE, {"hash": one.hash})
        if place is None:
            yield from _altered([one])
        else:
            yield Broken(
                kind="reordered", id=one.id, position=one.position,
                what=f"the record of position {place} stands here",
            )  # fmt: skip


def _altered(suspects: Sequence[Suspect]) -> Iterator[Broken]:
    for one in suspects:
        yield Broken(
            kind="altered", id=one.id, position=one.position,
            what=f"the record in the archive {one.file} is not the one that was sealed"
            if one.file else "the canonical record is not the one that was sealed",
        )  # fmt: skip


def _nodes(walk: Walk) -> Iterator[Broken]:
    for level, index, what in walk.odd_nodes:
        yield Broken(
            kind="missing" if what == "is not there" else "altered", position=index << level,
            what=f"the kept hash of the subtree ({level}, {index}) {what}",
        )  # fmt: skip


def _repaired(walk: Walk, stood: Sequence[Stood], heads: Sequence[Point]) -> list[Broken]:
    """What has to be put right so that every head comes out again; empty where nothing helps."""
    begin = walk.good.size
    hashes = [one.hash for one in stood]
    if walk.suspects and _comes_out(walk.good, hashes, heads):
        return [
            Broken(kind="altered", id=one.id, position=one.position,
                   what="the leaf's hash is not the record's, which is as it was sealed")
            for one in walk.suspects if one.position >= begin
        ]  # fmt: skip
    for order in (_by_number(stood), _strays_exchanged(stood, heads, begin)):
        moved = [place for place, now in enumerate(order) if now != place]
        if moved and _comes_out(walk.good, [hashes[now] for now in order], heads):
            return [
                Broken(kind="reordered", id=stood[place].id, position=begin + place,
                       what=f"the record of position {begin + order.index(place)} stands here")
                for place in moved
            ]  # fmt: skip
    return []


def _rewritten(walk: Walk, first: Point, sealed: int) -> Broken:
    """The narrowest range that the kept subtrees leave, and what the numbers say."""
    begin, end = walk.good.size, first.size
    for level, index, _ in walk.odd_nodes:
        if begin < (index + 1) << level and index << level < end:
            begin, end = max(begin, index << level), min(end, (index + 1) << level)
            break
    where = f"of the records from position {begin} to {end - 1}"
    less = sealed - walk.tree.size
    if less > 0:
        what = f"some {where} are gone, and the others moved up: {less} fewer than were sealed"
        return Broken(kind="missing", position=begin, what=what)
    return Broken(
        kind="altered", position=begin,
        what=f"some {where} are not those that were sealed; their leaves were rewritten with them",
    )  # fmt: skip


def _stood(walk: Walk, since: int) -> list[Stood]:
    """The hashes of the records themselves; an archived one's is its leaf's unless it differs."""
    rows = walk.session.execute(_LEAVES, {"since": since})
    away = {one.position: one.hash for one in walk.suspects if one.file}
    return [
        Stood(id=row.audit_record_id, hash=away.get(row.position, bytes(row.hash))) for row in rows
    ]


def _comes_out(good: Frontier, hashes: Sequence[bytes], heads: Sequence[Point]) -> bool:
    """Whether these leaves give every signed root from there on."""
    tree, roots = good.copy(), {point.size: point.root for point in heads}
    for leaf in hashes:
        tree.append(leaf)
        if roots.get(tree.size, tree.root) != tree.root:
            return False
    return True


def _by_number(stood: Sequence[Stood]) -> list[int]:
    return sorted(range(len(stood)), key=lambda place: stood[place].id)


def _strays_exchanged(stood: Sequence[Stood], heads: Sequence[Point], begin: int) -> list[int]:
    """The places, with the two exchanged whose records do not rise in the order of their batch."""
    strays: list[int] = []
    start = 0
    for point in heads:
        stop = min(point.size - begin, len(stood))
        if stop > start:
            strays += _strays([stood[place].id for place in range(start, stop)], start)
            start = stop
    order = list(range(len(stood)))
    if len(strays) == 2:
        one, other = strays
        order[one], order[other] = other, one
    return order


def _strays(numbers: Sequence[int], start: int) -> list[int]:
    """The places outside the longest rising row of these numbers."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else None)
        tails[at : at + 1], ends[at : at + 1] = [number], [place]
    rising, place_or_none = set[int](), ends[-1] if ends else None
    while place_or_none is not None:
        rising.add(place_or_none)
        place_or_none = before[place_or_none]
    return [start + place for place in range(len(numbers)) if place not in rising]
