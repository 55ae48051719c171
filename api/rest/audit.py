"""Audit records over REST: read, verify and export; nothing can be written here."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, JsonValue

from api.access import Ctx, rest_origin, runtime_of
from api.pages import After, Limit, Page, page_of
from api.shapes import Text
from core.actor import Actor, Origin
from core.audit import ALL, AuditRecord
from core.records import canonical_lines, list_records, verify
from core.runtime import Runtime

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
    ctx: Ctx, limit: Limit = 50, after: After = None, action: Text | None = None,
    actor: Text | None = None, subject_type: Text | None = None, subject_id: Text | None = None,
) -> Page[RecordOut]:  # fmt: skip
    rows = list_records(
        ctx, before=after, limit=limit, action=action, actor=actor, subject_type=subject_type,
        subject_id=subject_id,
    )  # fmt: skip
    return page_of(rows, record_out, lambda row: row.id, limit=limit)


@router.get("/audit/verification")
def verification(ctx: Ctx) -> VerificationOut:
    """Recompute every record's hash and compare; that it was done is recorded."""
    told = verify(ctx)
    ctx.record("audit.verified", ALL, records=told.records, broken=len(told.broken))
    return VerificationOut(
        ok=told.ok, records=told.records,
        broken=[BrokenOut(id=one.id, what=one.what) for one in told.broken],
    )  # fmt: skip


@router.get("/audit/export", response_class=StreamingResponse)
def export(request: Request, ctx: Ctx) -> StreamingResponse:
    """Every record's canonical JSON, one a line, in order; that it was done is the last."""
    ctx.require("audit.read")
    ctx.record("audit.exported", ALL)
    lines = _lines(runtime_of(request), ctx.person, rest_origin(request))
    return StreamingResponse(
        lines, media_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="audit.ndjson"'},
    )  # fmt: skip


def _lines(runtime: Runtime, person: Actor, origin: Origin) -> Iterator[bytes]:
    with runtime.context(person, origin) as ctx:
        for line in canonical_lines(ctx):
            yield line + b"\n"
