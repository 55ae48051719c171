"""Check audit records against their hashes. Reads only."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import FORMAT, AuditRecord, Fact, leaf_hash

LARGEST_INTEGER = 2**53 - 1  # RFC 8785, appendix D


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A record that is not what was hashed, and in what."""

    id: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    records: int
    broken: tuple[Broken, ...]

    @property
    def ok(self) -> bool:
        return not self.broken


def verify_records(session: Session) -> Verification:
    """Recompute every record's digest and compare its columns with its canonical form.

    Judges what the database holds now, whatever the session has in memory.
    """
    count, broken = 0, list[Broken]()
    query = select(AuditRecord).order_by(AuditRecord.id)
    for row in session.scalars(query.execution_options(yield_per=1000, populate_existing=True)):
        count += 1
        broken += [Broken(id=row.id, what=what) for what in _faults(row)]
    return Verification(records=count, broken=tuple(broken))


def _faults(row: AuditRecord) -> Iterator[str]:
    if leaf_hash(row.canonical) != row.digest:
        yield "digest does not match the canonical record"
        return
    told = _read(row.canonical)
    if told is None:
        yield "canonical record is not in the format of audit records"
        return
    for name, column in COLUMNS.items():
        if _canonical(told[name]) != _canonical(column(row)):
            yield f"column {name} differs from the canonical record"


def _read(canonical: bytes) -> Mapping[str, Fact] | None:
    """The record's members; None unless these bytes are the one form of a whole record."""
    try:
        told = json.loads(canonical)
    except ValueError:
        return None
    if not isinstance(told, dict) or set(told) != {"format", "origin", *COLUMNS}:
        return None
    return told if told["format"] == FORMAT and _canonical(told) == canonical else None


COLUMNS: Mapping[str, Callable[[AuditRecord], Fact]] = {
    "record_id": lambda row: str(row.record_id),
    "recorded_at": lambda row: row.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
    "action": lambda row: row.action,
    "facts": lambda row: row.facts,
    "actor": lambda row: {
        "kind": "platform" if row.actor_id is None else "person",
        "id": row.actor_id,
        "name": row.actor_name,
    },
    "subject": lambda row: {
        "type": row.subject_type, "id": row.subject_id, "label": row.subject_label,
    },
}  # fmt: skip
"""What each member of the canonical form says again in the columns."""


def _canonical(value: Fact) -> bytes | None:
    """RFC 8785 bytes; None for what has none, such as a number that no record can hold."""
    try:
        return rfc8785.dumps(_as_json_numbers(value))
    except (rfc8785.CanonicalizationError, OverflowError):
        return None


def _as_json_numbers(value: Fact) -> Fact:
    """JSONB spells 1e21 as an integer, which RFC 8785 (section 3.2.2.3) holds as a double."""
    if isinstance(value, Mapping):
        return {name: _as_json_numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_json_numbers(one) for one in value]
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return float(value)
    return value
