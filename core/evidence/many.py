"""Prove many records under one head: the tree is read once, not once a record. Writes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.evidence.nodes import NOTHING, STEP, LogBroken
from core.evidence.tree import inclusion, node_hash

WIDTH = 1 << STEP
"""Leaves of a kept subtree."""
AT_A_TIME = 64
"""Kept subtrees whose leaves are read with one query."""
_UPPER = text("""
SELECT string_agg(hash, ''::bytea ORDER BY "index") FROM audit_node
WHERE level = :level AND "index" < :number
""")
_LEAVES = text("""
SELECT wanted.part, string_agg(leaf.hash, ''::bytea ORDER BY leaf.position)
FROM unnest(CAST(:parts AS bigint[])) AS wanted (part)
CROSS JOIN LATERAL (
    SELECT position, hash FROM audit_leaf
    WHERE position >= wanted.part * :width AND position < wanted.part * :width + :width
      AND position < :size
) leaf
GROUP BY wanted.part
""")

Rows = list[list[bytes]]
"""Complete subtrees by level, the leaves first."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """What is known of a tree: every complete subtree from level 8 on, the lower ones of parts."""

    upper: Rows
    parts: dict[int, Rows]

    def node(self, level: int, index: int) -> bytes:
        if level >= STEP:
            return self.upper[level - STEP][index]
        part = index >> STEP - level
        return self.parts[part][level][index - (part << STEP - level)]


def paths(session: Session, positions: Sequence[int], size: int) -> Iterator[list[bytes]]:
    """The audit path (RFC 6962, 2.1.1) of each of these leaves, in the tree of `size` leaves.

    Positions rise. As many leaves as 64 kept subtrees have are held at a time, and one hash in 256
    of the whole tree. Raises LogBroken when rows are missing.
    """
    last = size >> STEP
    tree = _Tree(
        _grown(_kept(session, last)), _parts(session, [last], size) if size % WIDTH else {}
    )
    tail = tree.parts.get(last)
    for some in _pieces(positions):
        wanted = sorted({one >> STEP for one in some} - {last})
        tree.parts.clear()
        tree.parts.update(_parts(session, wanted, size))
        if tail is not None:
            tree.parts[last] = tail
        for one in some:
            yield inclusion(one, size, tree.node)


def _pieces(positions: Sequence[int]) -> Iterator[list[int]]:
    """The positions, as many at a time as lie in 64 kept subtrees."""
    piece, number = list[int](), 0
    for _, some in groupby(positions, key=lambda one: one >> STEP):
        piece += some
        number += 1
        if number == AT_A_TIME:
            yield piece
            piece, number = [], 0
    if piece:
        yield piece


def _kept(session: Session, number: int) -> list[bytes]:
    """The kept subtrees of the lowest kept level."""
    hashes = session.scalar(_UPPER, {"level": STEP, "number": number}) or b""
    return _cut(hashes, number, where=f"level {STEP}")


def _parts(session: Session, wanted: Sequence[int], size: int) -> dict[int, Rows]:
    """The subtrees below these kept ones, each from its leaves up."""
    if not wanted:
        return {}
    rows = session.execute(_LEAVES, {"parts": list(wanted), "width": WIDTH, "size": size})
    found = {row.part: row[1] for row in rows}
    return {
        part: _grown(_cut(
            found.get(part, b""), min(WIDTH, size - part * WIDTH), where=f"leaf {part * WIDTH}"
        ))
        for part in wanted
    }  # fmt: skip


def _cut(hashes: bytes, number: int, *, where: str) -> list[bytes]:
    if len(hashes) != number * len(NOTHING):
        raise LogBroken(
            f"Rows of the audit log's tree are missing: {len(hashes) // len(NOTHING)} are here of "
            f"{number} from {where} on; `trimtab audit verify` tells more."
        )
    return [hashes[at : at + len(NOTHING)] for at in range(0, len(hashes), len(NOTHING))]


def _grown(lowest: list[bytes]) -> Rows:
    """The complete subtrees above these, level by level."""
    rows = [lowest]
    while len(rows[-1]) > 1:
        rows.append(list(_joined(rows[-1])))
    return rows


def _joined(row: Iterable[bytes]) -> Iterator[bytes]:
    pair = iter(row)
    return (node_hash(left, right) for left, right in zip(pair, pair))  # noqa: B905 - one iterator twice
