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
from changes.questions.sight import in_sight
from core.actor import Actor, Origin
from core.audit import ALL, AuditRecord
from core.evidence import keys, proofs
from core.evidence.archives.lines import open_shelf, require_files
from core.evidence.archives.shelf import archives_in_force
from core.evidence.breaks import Kind, Verification
from core.evidence.documents import document, head_document, program
from core.evidence.models import Key
from core.identities import readable
from core.records import canonical_lines, list_records, verify
from core.runtime import Runtime
from core.sight import AUDIT, require_sight

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
    archived: int
    broken: list[BrokenOut]

    @classmethod
    def of(cls, told: Verification) -> Self:
        return cls(
            ok=told.ok, records=told.records, size=told.size, root=told.root.hex(),
            unsealed=told.unsealed, since=told.since, archived=told.archived,
            broken=[
                BrokenOut(kind=one.kind, id=one.id, position=one.position, what=one.what)
                for one in told.broken
            ],
        )  # fmt: skip


class ArchiveOut(BaseModel):
    file: str
    first: int
    size: int
    until: datetime
    archived_at: datetime
    sha256: str


class KeyOut(BaseModel):
    key: str
    number: int
    from_size: int
    previous: str | None

    @classmethod
    def of(cls, key: Key) -> Self:
        return cls(key=key.id, number=key.number, from_size=key.from_size, previous=key.previous_id)


def record_out(row: AuditRecord, facts: JsonValue) -> RecordOut:
    columns = RecordOut.model_fields.keys() - {"facts", "digest"}
    return RecordOut(
        **{name: getattr(row, name) for name in columns}, facts=facts, digest=row.digest.hex()
    )


@router.get("/audit/records")
def records(
    ctx: Ctx, limit: Limit = 50, after: After = None, action: Text | None = None,
    actor: Text | None = None, subject_type: Text | None = None, subject_id: Text | None = None,
) -> Page[RecordOut]:  # fmt: skip
    """The newest first. Facts name persons as pages do; a record's proof has the sealed bytes."""
    rows = list_records(
        ctx, before=after, limit=limit, action=action, actor=actor, subject_type=subject_type,
        subject_id=subject_id, within=in_sight(ctx),
    )  # fmt: skip
    told = cast("list[JsonValue]", readable(ctx.session, [row.facts for row in rows]))
    facts = {row.id: one for row, one in zip(rows, told, strict=True)}
    return page_of(
        rows, lambda row: record_out(row, facts[row.id]), lambda row: row.id, limit=limit
    )


@router.get("/audit/verification")
def verification(ctx: Ctx, since: Literal["begin", "last"] = "begin") -> VerificationOut:
    """Hash every record again and compare with the signed heads; that it was done is recorded.

    `since=last` leaves out what the last verification found sound.
    """
    return VerificationOut.of(verify(ctx, since=since))


@router.get("/audit/archives")
def archives(ctx: Ctx) -> list[ArchiveOut]:
    """The files with the records that are not in the database, in the order of the log."""
    ctx.require(AUDIT)
    return [
        ArchiveOut(
            file=one.file, first=one.first, size=one.size, until=one.until,
            archived_at=one.archived_at, sha256=one.sha256.hex(),
        )
        for one in archives_in_force(ctx.session)
    ]  # fmt: skip


@router.get("/audit/head")
def head(ctx: Ctx, size: Count | None = None) -> Document:
    """The newest signed head, or the one of so many records."""
    found = proofs.head_of(ctx, size)
    told = head_document(found, log=keys.chain(ctx.session)[0].id)
    return cast("Document", told)


@router.get("/audit/records/{record}/proof")
def proof(record: int | UUID, ctx: Ctx, size: Count | None = None) -> Document:
    """Evidence that a record is in the log, for the stand-alone verifier."""
    told = proofs.prove(ctx, record, size=size, within=in_sight(ctx))
    return cast("Document", document(told))


@router.get("/audit/consistency")
def consistency(ctx: Ctx, old: Count, new: Count | None = None) -> Document:
    """Evidence that the head of `new` records, or the newest, continues the one of `old`."""
    return cast("Document", document(proofs.extend(ctx, old, new)))


class KeyIn(Reason):
    place: keys.Place | None = None


@router.post("/audit/keys", status_code=201)
def rotate(body: KeyIn, ctx: Ctx) -> KeyOut:
    """Make a new key for the heads to come; the old one and the new one sign the change.

    `place` says whether it lies in a file or in Vault; without it the settings do.
    """
    return KeyOut.of(keys.rotate_key(ctx, reason=body.reason, place=body.place))


@router.get("/audit/verifier", response_class=Response)
def verifier(ctx: Ctx) -> Response:
    """The program that checks evidence offline: one Python file that needs no Trimtab."""
    ctx.require(AUDIT)
    return Response(
        program(), media_type="text/x-python",
        headers={"Content-Disposition": 'attachment; filename="verify_evidence.py"'},
    )  # fmt: skip


@router.get("/audit/export", response_class=StreamingResponse)
def export(request: Request, ctx: Ctx) -> StreamingResponse:
    """Every record's canonical JSON, one a line, in order; that it was done is the last.

    Needs `audit.read` over the whole organization. Archived ones are among them; 404 where an
    archive's file is not there.
    """
    require_sight(ctx, None)
    require_files(open_shelf(ctx))
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
