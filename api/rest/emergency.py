"""Emergencies over REST: break the glass, and review afterwards."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from api.access import Ctx
from api.shapes import Body, Key, Number, OfRow, Text
from changes.emergency import breaking, debt, reviews
from changes.models import BreakGlass
from core.context import Context

router = APIRouter(tags=["emergencies"])


class ReviewOut(OfRow):
    id: int
    person_id: int
    verdict: str
    note: str
    problem_id: int | None
    reviewed_at: datetime


class GrantOut(OfRow):
    """A broken glass; `overdue` while two persons did not review it in time."""

    id: int
    change_id: int
    digest: str
    person_id: int
    reason: str
    broken_at: datetime
    valid_until: datetime
    ended_at: datetime | None
    end_reason: str
    review_due_at: datetime
    reviewed_at: datetime | None
    overdue: bool
    reviews: list[ReviewOut]


class BreakIn(Body):
    """`minutes` from 5 to 240, after which no other wave of it begins."""

    digest: Text
    reason: Text
    minutes: int = Field(30)


class ReviewIn(Body):
    """Not justified names what follows: a problem, or a note."""

    verdict: Literal["justified", "not_justified"]
    note: str = Field("", max_length=10_000)
    problem_id: Number | None = None


def _grant(ctx: Context, row: BreakGlass) -> GrantOut:
    return GrantOut(
        **{
            name: getattr(row, name)
            for name in GrantOut.model_fields if name not in {"overdue", "reviews"}
        },
        overdue=debt.is_overdue(ctx, row),
        reviews=[ReviewOut.of(one) for one in reviews.reviews_of(ctx, row)],
    )  # fmt: skip


@router.post("/changes/{change_id}/break-glass", status_code=201)
def break_glass(change_id: Key, body: BreakIn, ctx: Ctx) -> GrantOut:
    """Have an emergency carried out on one's own word, for a time."""
    row = breaking.break_glass(
        ctx, change_id, digest=body.digest, reason=body.reason, minutes=body.minutes
    )
    return _grant(ctx, row)


@router.get("/emergencies")
def list_emergencies(
    ctx: Ctx, unreviewed: Annotated[Literal["only", "all"], Query()] = "all"
) -> list[GrantOut]:
    """Broken glasses, those that wait for a review first."""
    return [_grant(ctx, one) for one in reviews.list_grants(ctx, unreviewed=unreviewed)]


@router.get("/emergencies/{grant_id}")
def get_emergency(grant_id: Key, ctx: Ctx) -> GrantOut:
    return _grant(ctx, reviews.get_grant(ctx, grant_id))


@router.post("/emergencies/{grant_id}/reviews", status_code=201)
def review(grant_id: Key, body: ReviewIn, ctx: Ctx) -> GrantOut:
    """Say of a broken glass whether it was justified."""
    reviews.review(ctx, grant_id, verdict=body.verdict, note=body.note, problem_id=body.problem_id)
    return _grant(ctx, reviews.get_grant(ctx, grant_id))
