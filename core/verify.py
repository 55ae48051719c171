"""Check audit records against their hashes. Reads only."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditRecord, leaf_hash


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
    """Recompute every record's digest and compare its columns with its canonical form."""
    count, broken = 0, list[Broken]()
    rows = session.scalars(
        select(AuditRecord).order_by(AuditRecord.id).execution_options(yield_per=1000)
    )
    for row in rows:
        count += 1
        broken += [Broken(id=row.id, what=what) for what in _faults(row)]
    return Verification(records=count, broken=tuple(broken))


def _faults(row: AuditRecord) -> Iterator[str]:
    if leaf_hash(row.canonical) != row.digest:
        yield "digest does not match the canonical record"
        return
    told = json.loads(row.canonical)
    columns = {
        "record_id": str(row.record_id),
        "recorded_at": row.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": row.action,
        "facts": row.facts,
        "actor": {"kind": told["actor"]["kind"], "id": row.actor_id, "name": row.actor_name},
        "subject": {"type": row.subject_type, "id": row.subject_id, "label": row.subject_label},
    }
    for name, value in columns.items():
        if told[name] != value:
            yield f"column {name} differs from the canonical record"
