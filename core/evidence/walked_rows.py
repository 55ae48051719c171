"""Leaves and records by the thousand, as the driver's plain tuples. Reads only.

PostgreSQL compares the facts, which is quickest, and parses only them of the canonical bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import cast

import psycopg
from sqlalchemy.orm import Session

from core.evidence.likeness import Columns
from core.evidence.nodes import link

Place = tuple[int, int, bytes]
"""A leaf's position, its record's number, its hash."""
Row = tuple[int, bytes, bool | None, *Columns]
"""A record's number, digest, whether its facts are those told, and its other columns."""
AT_A_TIME = 2048
"""A multiple of the leaves of a kept subtree."""

_PLACES = b"""
SELECT position, audit_record_id, hash FROM audit_leaf WHERE position >= %s ORDER BY position
"""
_FACTS_TOLD = b"""
facts = convert_from(
    substring(
        substring(canonical FOR position(',"origin":{"address":'::bytea IN canonical) - 12)
        FROM position('"facts":'::bytea IN canonical) + 8
    ), 'UTF8'
)::jsonb
"""
"""Whether the bytes between are the facts: `likeness.is_likely` sees to where that is."""
_ROWS = b"""
SELECT id, digest, %b, canonical, record_id::text, recorded_at AT TIME ZONE 'UTC', actor_id,
       actor_name, actor_identity, action, subject_type, subject_id, subject_label, change_id,
       execution_id
FROM audit_record WHERE %b
"""
_BETWEEN, _THESE = b"id BETWEEN %s AND %s", b"id = ANY (%s)"
_SPREAD = 2
"""Numbers from the first to the last record, for each of them, that are read as a row of them."""


def places(session: Session, since: int) -> Iterator[list[Place]]:
    """Every leaf from there on, some thousand at a time."""
    with link(session).cursor(name="audit_walk", binary=True) as cursor:
        cursor.execute(_PLACES, (since,))
        while some := cursor.fetchmany(AT_A_TIME):
            yield cast("list[Place]", some)


def rows(session: Session, numbers: Sequence[int]) -> dict[int, Row]:
    """The records of these numbers, and perhaps others; what is gone is not among them.

    Where bytes are no JSON all of them are told to be in doubt.
    """
    which, given = _which(numbers)
    for facts in (_FACTS_TOLD, b"false"):
        with (
            suppress(psycopg.DataError),
            link(session).transaction(),
            link(session).cursor(binary=True) as cursor,
        ):
            found = cursor.execute(_ROWS % (facts, which), given).fetchall()
            return {row[0]: cast("Row", row) for row in found}
    return {}


def _which(numbers: Sequence[int]) -> tuple[bytes, tuple[object, ...]]:
    """The condition and its values: one span, which costs least, where few others lie in it."""
    first, last = min(numbers), max(numbers)
    if last - first < _SPREAD * len(numbers):
        return _BETWEEN, (first, last)
    return _THESE, (list(numbers),)
