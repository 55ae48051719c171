"""The page of one audit record: what it says, its proof as a picture, and the files to check it."""

import json
from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import Response

from api.access import PageVisit
from api.shapes import LARGEST
from api.web.proof_picture import Picture, picture
from api.web.record_sight import sight
from api.web.render import page
from changes.questions.sight import in_sight
from core.audit import AuditRecord, Fact
from core.context import Context
from core.errors import NotFound
from core.evidence import proofs
from core.evidence.documents import Evidence, document, program
from core.evidence.nodes import LogBroken
from core.evidence.proofs import NotSealed
from core.evidence.standing import covering
from core.evidence.tree import leaf_hash
from core.identities import readable
from core.sight import AUDIT, row_of

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=LARGEST**2)]
UNSEALED_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A record as far as it is here: its row, its bytes, its proof, or why there is none."""

    row: AuditRecord | None
    canonical: bytes
    evidence: Evidence | None
    unsealed: bool
    broken: str


@router.get("/audit/records/{record}")
def show(visit: PageVisit, record: Number | UUID) -> Response:
    ctx = visit.ctx
    seen = _seen(ctx, record)
    row, drawn = seen.row, _drawn(ctx, seen.evidence)
    waited = (ctx.now() - row.recorded_at).total_seconds() if row else 0.0
    return page(
        "audit_record.html", visit, record=record, row=row, drawn=drawn, broken=seen.broken,
        unsealed=seen.unsealed, late=waited > UNSEALED_SECONDS, waited=waited,
        told=sight(
            seen.canonical, actor=row.actor_name if row else "",
            names=lambda facts: cast("Fact", readable(ctx.session, [facts])[0]),
        ),
        as_written=row is None or leaf_hash(row.canonical) == row.digest,
    )  # fmt: skip


@router.get("/audit/records/{record}/record.json")
def canonical(visit: PageVisit, record: Number | UUID) -> Response:
    """The very bytes that were sealed: their SHA-256 after a zero byte is the leaf."""
    found = _seen(visit.ctx, record).canonical
    return _file(found, f"record-{record}.json", "application/json")


@router.get("/audit/records/{record}/proof.json")
def proof(visit: PageVisit, record: Number | UUID) -> Response:
    told = document(proofs.prove(visit.ctx, record, within=in_sight(visit.ctx)))
    return _file(
        json.dumps(told, ensure_ascii=False).encode() + b"\n", "proof.json", "application/json"
    )


@router.get("/audit/verifier")
def verifier(visit: PageVisit) -> Response:
    """The program that checks evidence offline."""
    visit.ctx.require(AUDIT)
    return _file(program(), "verify_evidence.py", "text/x-python")


def _seen(ctx: Context, record: int | UUID) -> _Seen:
    """The record with what there is of it; NotFound where nothing in sight is, archived or not."""
    within = in_sight(ctx)
    row = row_of(ctx, record, within=within)
    evidence, unsealed, broken = None, False, ""
    try:
        evidence = proofs.prove(ctx, record, within=within)
    except NotSealed:
        unsealed = True
    except LogBroken as error:
        broken = error.message
    if row is None and evidence is None:
        raise NotFound(f"There is no audit record {record}.", type="audit record", id=str(record))
    found = row.canonical if row is not None else evidence.records[0].canonical if evidence else b""
    return _Seen(row=row, canonical=found, evidence=evidence, unsealed=unsealed, broken=broken)


def _drawn(ctx: Context, evidence: Evidence | None) -> Picture | None:
    if evidence is None:
        return None
    return picture(evidence, covering(ctx, evidence.records[0].position))


def _file(content: bytes, name: str, media: str) -> Response:
    return Response(
        content, media_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
        },
    )  # fmt: skip
