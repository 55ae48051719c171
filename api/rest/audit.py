"""Audit records over REST: read, verify and export; nothing can be written here."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal, Self, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, JsonValue

from api.access import Ctx, rest_origin, runtime_of
from api.pages import After, Limit, Page, page_of
from api.shapes import Reason, Text
from core.actor import Actor, Origin
from core.audit import ALL, AuditRecord
from core.evidence import keys, proofs
from core.evidence.breaks import Kind, Verification
from core.evidence.documents import STANDALONE, document, head_document
from core.evidence.models import Key
from core.records import canonical_lines, list_records, verify
from core.runtime import Runtime

router = APIRouter(tags=["audit"])

Count = Annotated[int, Query(ge=1, le=2**62)]
Document = dict[str, JsonValue]


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
    kind: Kind
    id: int | None
    position: int | None
    what: str


class VerificationOut(BaseModel):
    ok: bool
    records: int
    size: int
    root: str
    unsealed: int
    since: int
    broken: list[BrokenOut]

    @classmethod
    def of(cls, told: Verification) -> Self:
        return cls(
            ok=told.ok, records=told.records, size=told.size, root=told.root.hex(),
            unsealed=told.unsealed, since=told.since,
            broken=[
                BrokenOut(kind=one.kind, id=one.id, position=one.position, what=one.what)
                for one in told.broken
            ],
        )  # fmt: skip


class KeyOut(BaseModel):
    key: str
    number: int
    from_size: int
    previous: str | None

    @classmethod
    def of(cls, key: Key) -> Self:
        return cls(key=key.id, number=key.number, from_size=key.from_size, previous=key.previous_id)


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
def verification(ctx: Ctx, since: Literal["begin", "last"] = "begin") -> VerificationOut:
    """Hash every record again and compare with the signed heads; that it was done is recorded.

    `since=last` leaves out what the last verification found sound.
    """
    return VerificationOut.of(verify(ctx, since=since))


@router.get("/audit/head")
def head(ctx: Ctx, size: Count | None = None) -> Document:
    """The newest signed head, or the one of so many records."""
    found = proofs.head_of(ctx, size)
    told = head_document(found, log=keys.chain(ctx.session)[0].id)
    return cast("Document", told)


@router.get("/audit/records/{record}/proof")
def proof(record: int | UUID, ctx: Ctx, size: Count | None = None) -> Document:
    """Evidence that a record is in the log, for the stand-alone verifier."""
    return cast("Document", document(proofs.prove(ctx, record, size=size)))


@router.get("/audit/consistency")
def consistency(ctx: Ctx, old: Count, new: Count | None = None) -> Document:
    """Evidence that the head of `new` records, or the newest, continues the one of `old`."""
    return cast("Document", document(proofs.extend(ctx, old, new)))


@router.post("/audit/keys", status_code=201)
def rotate(body: Reason, ctx: Ctx) -> KeyOut:
    """Make a new key for the heads to come; the old one and the new one sign the change."""
    return KeyOut.of(keys.rotate_key(ctx, reason=body.reason))


@router.get("/audit/verifier", response_class=Response)
def verifier(ctx: Ctx) -> Response:
    """The program that checks evidence offline: one Python file that needs no Trimtab."""
    ctx.require("audit.read")
    return Response(
        STANDALONE.read_bytes(), media_type="text/x-python",
        headers={"Content-Disposition": 'attachment; filename="verify_evidence.py"'},
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
