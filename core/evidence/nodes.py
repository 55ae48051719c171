"""Read complete subtrees from the rows that keep the tree. Writes nothing.

Kept are the leaves and every eighth level above; what lies between is put together from at most 256
rows of the level below it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import TrimtabError
from core.evidence.tree import Frontier, Nodes, complete, peaks

STEP = 8
"""Levels from one kept level to the next."""
NOTHING = bytes(32)

_LEAVES = text("""
SELECT count(*), string_agg(hash, ''::bytea ORDER BY position) FROM audit_leaf
WHERE position = ANY (:wanted)
""")
_NODES = text("""
SELECT count(*), string_agg(hash, ''::bytea ORDER BY "index") FROM audit_node
WHERE level = :level AND "index" = ANY (:wanted)
""")

Answer = TypeVar("Answer")


class LogBroken(TrimtabError):
    """The rows of the log contradict each other or its signed heads."""

    code = "log_broken"


def asked(session: Session, question: Callable[[Nodes], Answer]) -> Answer:
    """Answer a question about the tree: once to see which subtrees it needs, then with them.

    Raises LogBroken when rows are missing.
    """
    wanted: list[tuple[int, int]] = []

    def note(level: int, index: int) -> bytes:
        wanted.append((level, index))
        return NOTHING

    question(note)
    found = subtrees(session, wanted)
    return question(lambda level, index: found[level, index])


def frontier(session: Session, size: int) -> Frontier:
    """The tree of the first `size` leaves, ready to grow."""
    found = subtrees(session, peaks(size))
    return Frontier(size, found.values())


def subtrees(session: Session, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The hashes of complete subtrees, in the order wanted, or LogBroken."""
    places = {one: _places(*one) for one in wanted}
    needed = defaultdict[int, set[int]](set)
    for base, range_ in places.values():
        needed[base].update(range_)
    kept = {base: _kept(session, base, sorted(rows)) for base, rows in needed.items()}
    return {
        one: complete([kept[base][index] for index in range_])
        for one, (base, range_) in places.items()
    }


def _places(level: int, index: int) -> tuple[int, range]:
    """The kept level below a subtree, and which of its rows make it up."""
    base = level - level % STEP
    above = level - base
    return base, range(index << above, index + 1 << above)


def _kept(session: Session, base: int, rows: Sequence[int]) -> dict[int, bytes]:
    """The hashes of these rows of a kept level; one answer, because rows are dear."""
    query = _NODES.bindparams(level=base) if base else _LEAVES
    count, hashes = session.execute(query, {"wanted": rows}).one()
    if count != len(rows) or len(hashes) != count * len(NOTHING):
        raise LogBroken(
            f"Rows of the audit log's tree are missing: {count} are here of {len(rows)} at level "
            f"{base} from {rows[0]} on; `trimtab audit verify` tells more."
        )
    parts = range(0, len(hashes), len(NOTHING))
    return {row: hashes[at : at + len(NOTHING)] for row, at in zip(rows, parts, strict=True)}
