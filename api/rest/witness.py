"""A witness for the audit log of another Trimtab: sees heads, countersigns, never sees a record."""

import json
from collections.abc import Mapping
from typing import Annotated, cast

from fastapi import APIRouter, Path
from pydantic import Field, JsonValue, StringConstraints

from api.access import Ctx
from api.shapes import Body, OfRow, Text
from core.audit import Fact
from core.evidence.anchoring.witnessing import Offer, last_seen, statement_of_witnessed, witness
from core.evidence.documents import read_head, read_key
from core.evidence.keys import chain
from core.evidence.models import Witnessed

router = APIRouter(tags=["audit"])

Log = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class HeadIn(Body):
    """A head as one line of JSON, its log's keys, and the proof from the one seen last."""

    head: Text
    keys: Annotated[list[dict[str, JsonValue]], Field(max_length=1000)]
    seen: Annotated[int, Field(ge=0, le=2**62)]
    proof: Annotated[list[Hash], Field(max_length=128)]


class SeenOut(OfRow):
    size: int


class CountersignedOut(SeenOut):
    countersignature: str


@router.get("/audit/witness/{log}")
def seen(log: Log, ctx: Ctx) -> SeenOut:
    """The size of the head of that log which was countersigned last; 0 for none."""
    last = last_seen(ctx, log)
    return SeenOut(size=last.size if last else 0)


@router.post("/audit/witness", status_code=201)
def countersign(body: HeadIn, ctx: Ctx) -> CountersignedOut:
    """Countersign a head that continues the one seen before; 409 for one that does not."""
    ctx.require("audit.witness")
    keys = [read_key(cast("Mapping[str, Fact]", key)) for key in body.keys]
    row = witness(
        ctx, Offer(keys=keys, head=read_head(body.head), seen=body.seen,
                   path=[bytes.fromhex(step) for step in body.proof]),
    )  # fmt: skip
    return CountersignedOut(size=row.size, countersignature=_document(ctx, row))


def _document(ctx: Ctx, row: Witnessed) -> str:
    """What was signed and the signature, with the witness's key, on one line."""
    keys = chain(ctx.session)
    told = json.loads(statement_of_witnessed(row, witness=keys[0].id).canonical)
    public = next(key.public_key for key in keys if key.id == row.key_id)
    return json.dumps(told | {"signature": row.signature.hex(), "public_key": public.hex()})
