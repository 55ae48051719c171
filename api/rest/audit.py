"""Audit records over REST: read and verify; nothing can be written here."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, JsonValue

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from core.audit import AuditRecord
from core.records import list_records, verify

router = APIRouter(tags=["audit"])


class RecordOut(BaseModel):
    id: int
    record_id: UUID
    recorded_at: datetime
    actor_name: str
    action: str
    subject_type: str
    subject_id: str
    subject_label: str
    facts: JsonValue
    digest: str


class BrokenOut(BaseModel):
    id: int
    what: str


class VerificationOut(BaseModel):
    ok: bool
    records: int
    broken: list[BrokenOut]


def record_out(row: AuditRecord) -> RecordOut:
    return RecordOut(
        **{name: getattr(row, name) for name in RecordOut.model_fields if name != "digest"},
        digest=row.digest.hex(),
    )


@router.get("/audit/records")
def records(
    ctx: Ctx, limit: Limit = 50, after: After = None, action: str | None = None,
    actor: str | None = None, subject_type: str | None = None, subject_id: str | None = None,
) -> Page[RecordOut]:  # fmt: skip
    rows = list_records(
        ctx, before=after, limit=limit, action=action, actor=actor, subject_type=subject_type,
        subject_id=subject_id,
    )  # fmt: skip
    return page_of(rows, record_out, lambda row: row.id, limit=limit)


@router.get("/audit/verification")
def verification(ctx: Ctx) -> VerificationOut:
    """Recompute every record's hash and compare."""
    told = verify(ctx)
    return VerificationOut(
        ok=told.ok, records=told.records,
        broken=[BrokenOut(id=one.id, what=one.what) for one in told.broken],
    )  # fmt: skip
