"""Read complete subtrees from the rows that keep the tree. Writes nothing.

Kept are the leaves and every eighth level above; what lies between is put together from at most 256
rows of the level below it. All that a proof needs comes with one statement.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar, cast

import psycopg
from sqlalchemy.orm import Session

from core.errors import TrimtabError
from core.evidence.tree import Frontier, Nodes, complete, peaks

STEP = 8
"""Levels from one kept level to the next."""
NOTHING = bytes(32)

Span = tuple[int, int, int]
"""Rows of a kept level: the level, the first row, the last one."""

_KEPT = """
SELECT 0, span.first, kept.rows, kept.hashes
FROM unnest(%s::bigint[], %s::bigint[]) AS span(first, last), LATERAL (
    SELECT count(*) AS rows, string_agg(hash, ''::bytea) AS hashes FROM (
        SELECT hash FROM audit_leaf
        WHERE position BETWEEN span.first AND span.last ORDER BY position
    ) leaf
) kept
UNION ALL
SELECT span.level, span.first, kept.rows, kept.hashes
FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[]) AS span(level, first, last), LATERAL (
    SELECT count(*) AS rows, string_agg(hash, ''::bytea) AS hashes FROM (
        SELECT hash FROM audit_node
        WHERE level = span.level AND "index" BETWEEN span.first AND span.last ORDER BY "index"
    ) node
) kept
"""

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
    places = {one: _place(*one) for one in wanted}
    kept = _kept(session, list(_joined(places.values()))) if places else {}
    return {
        one: complete([kept[level, row] for row in range(first, last + 1)])
        for one, (level, first, last) in places.items()
    }


def link(session: Session) -> psycopg.Connection:
    """The driver's own connection: its plain tuples cost half of what SQLAlchemy's rows do."""
    return cast("psycopg.Connection", session.connection().connection.driver_connection)


def _place(level: int, index: int) -> Span:
    """The rows of the kept level below a subtree that make it up."""
    above = level % STEP
    return level - above, index << above, (index + 1 << above) - 1


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The same rows in as few spans as there can be."""
    level, first, last = -1, 0, -1
    for span in sorted(spans):
        if span[0] == level and span[1] <= last + 1:
            last = max(last, span[2])
            continue
        if level >= 0:
            yield level, first, last
        level, first, last = span
    if level >= 0:
        yield level, first, last


def _kept(session: Session, spans: list[Span]) -> Mapping[tuple[int, int], bytes]:
    """The hashes of these rows, by level and row; few and long answers, because rows are dear."""
    ends = {(level, first): last for level, first, last in spans}
    leaves, nodes = defaultdict[int, list[int]](list), [one for one in spans if one[0]]
    for level, first, last in spans:
        if not level:
            leaves[0].append(first)
            leaves[1].append(last)
    levels, firsts, lasts = map(list, zip(*nodes, strict=True)) if nodes else ([], [], [])
    found: dict[tuple[int, int], bytes] = {}
    with link(session).cursor(binary=True) as cursor:
        rows = cursor.execute(_KEPT, (leaves[0], leaves[1], levels, firsts, lasts))
        for level, first, count, hashes in rows:
            last = ends[level, first]
            if count != last - first + 1 or len(hashes) != count * len(NOTHING):
                raise LogBroken(
                    f"Rows of the audit log's tree are missing: {count} are here of "
                    f"{last - first + 1} at level {level} from {first} on; `trimtab audit verify` "
                    "tells more."
                )
            parts = range(0, len(hashes), len(NOTHING))
            for row, at in zip(range(first, last + 1), parts, strict=True):
                found[level, row] = hashes[at : at + len(NOTHING)]
    return found
