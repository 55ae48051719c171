"""A record of format 1, as it was made before persons had commitments."""

import json
from datetime import UTC, datetime
from uuid import UUID

from core.audit import AuditRecord
from core.evidence.tree import leaf_hash

AT = datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC)
IDENTITY = UUID(int=7)


def an_old_record(*, name="erin", person_id=3, identity=IDENTITY, **facts):
    told = {
        "format": 1, "record_id": str(identity),
        "recorded_at": AT.isoformat(timespec="microseconds"),
        "actor": {"kind": "person", "id": person_id, "name": name},
        "origin": {"door": "rest", "address": "127.0.0.1", "request_id": "r-1"},
        "action": "unit.created", "subject": {"type": "unit", "id": "7", "label": "berlin"},
        "facts": facts,
    }  # fmt: skip
    canonical = json.dumps(
        told, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()  # fmt: skip
    return AuditRecord(
        record_id=identity, recorded_at=AT, actor_id=person_id, named=name, action="unit.created",
        subject_type="unit", subject_id="7", subject_label="berlin", facts=facts,
        canonical=canonical, digest=leaf_hash(canonical),
    )  # fmt: skip
