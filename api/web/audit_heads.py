"""How the log stands: heads, keys, what lies outside, what waits, the last verification."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from api.access import PageVisit
from api.web.render import page
from changes.questions.sight import in_sight
from core.evidence import standing
from core.evidence.models import Head

router = APIRouter(include_in_schema=False)
LIMIT = 50


@router.get("/audit/heads")
def heads(visit: PageVisit, after: int = 0) -> Response:
    ctx = visit.ctx
    stands = standing.standing(ctx, within=in_sight(ctx))
    found: Sequence[Head] = standing.list_heads(ctx, below=after or None, limit=LIMIT)
    lag = (ctx.now() - stands.since).total_seconds() if stands.since else 0.0
    return page(
        "audit_heads.html", visit, stands=stands, heads=found, lag=max(0.0, lag),
        receipts={one.target: standing.receipt_facts(one.last.receipt) for one in stands.laid},
        more=found[-1].size if len(found) == LIMIT else 0, paging=after,
    )  # fmt: skip


@router.get("/audit/anchors")
def anchors(visit: PageVisit, target: str, after: int = 0) -> Response:
    found = standing.list_anchors(visit.ctx, target, before=after or None, limit=LIMIT)
    return page(
        "audit_anchors.html", visit, target=target,
        anchors=[(one, standing.receipt_facts(one.receipt)) for one in found],
        more=found[-1].id if len(found) == LIMIT else 0, paging=after,
    )  # fmt: skip
