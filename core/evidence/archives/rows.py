"""Records that come back from an archive: their rows from their canonical bytes. Inserts only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.audit import AuditRecord
from core.evidence.tree import leaf_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A record as an archive has it, and the number that its row had."""

    id: int
    canonical: bytes


def put_back(session: Session, lines: Sequence[Line]) -> int:
    """Insert the records that are not here; returns how many."""
    numbers = [line.id for line in lines]
    here = set(session.scalars(select(AuditRecord.id).where(AuditRecord.id.in_(numbers))))
    rows = [_row(line) for line in lines if line.id not in here]
    if rows:
        session.execute(insert(AuditRecord), rows)
    return len(rows)


def _row(line: Line) -> Mapping[str, object]:
    """The columns by what the record tells, in format 1 or 2."""
    told = json.loads(line.canonical)
    actor = told["actor"]
    return {
        "id": line.id,
        "record_id": UUID(told["record_id"]),
        "recorded_at": datetime.fromisoformat(told["recorded_at"]),
        "actor_id": actor["id"],
        "named": actor["name"],
        "actor_identity": bytes.fromhex(actor["identity"]) if actor.get("identity") else None,
        "action": told["action"],
        "subject_type": told["subject"]["type"],
        "subject_id": told["subject"]["id"],
        "subject_label": told["subject"]["label"],
        "change_id": told.get("change"),
        "execution_id": told.get("execution"),
        "facts": told["facts"],
        "canonical": line.canonical,
        "digest": leaf_hash(line.canonical),
    }
