"""Emergencies that one person had carried out, and their reviews, as pages."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import Key
from api.web.render import page
from changes.emergency import breaking, debt, reviews
from changes.emergency.models import EmergencyReview
from changes.models import BreakGlass
from core.context import Context
from core.errors import InvalidInput

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A broken glass with its reviews; `standing` is in_time, overdue or reviewed."""

    grant: BreakGlass
    standing: str
    reviews: tuple[EmergencyReview, ...]

    @property
    def id(self) -> int:
        return self.grant.id


def _shown(ctx: Context, grant: BreakGlass) -> Shown:
    late = "overdue" if debt.is_overdue(ctx, grant) else "in_time"
    return Shown(
        grant=grant, standing="reviewed" if grant.reviewed_at else late,
        reviews=tuple(reviews.reviews_of(ctx, grant)),
    )  # fmt: skip


@router.get("/emergencies")
def list_emergencies(visit: PageVisit) -> Response:
    found = [_shown(visit.ctx, one) for one in reviews.list_grants(visit.ctx)]
    return page("emergencies.html", visit, found=found)


@router.get("/emergencies/{grant_id}")
def show_emergency(visit: PageVisit, grant_id: Key) -> Response:
    grant = reviews.get_grant(visit.ctx, grant_id)
    own = visit.ctx.person.person_id in {grant.person_id, grant.change.requested_by_id}
    return page("emergency.html", visit, one=_shown(visit.ctx, grant), own=own)


@router.post("/emergencies/{grant_id}/reviews")
def review(
    visit: PageVisit, grant_id: Key,
    verdict: Annotated[Literal["justified", "not_justified"], Form()],
    note: Words = "", problem: Words = "",
) -> Response:  # fmt: skip
    reviews.review(visit.ctx, grant_id, verdict=verdict, note=note, problem_id=_number(problem))
    return RedirectResponse(f"/emergencies/{grant_id}", status_code=HTTPStatus.SEE_OTHER)


@router.post("/changes/{change_id}/glass")
def break_glass(
    visit: PageVisit, change_id: Key, digest: Words, reason: Words,
    minutes: Annotated[int, Form()] = 30,
) -> Response:  # fmt: skip
    breaking.break_glass(visit.ctx, change_id, digest=digest, reason=reason, minutes=minutes)
    return RedirectResponse(f"/changes/{change_id}", status_code=HTTPStatus.SEE_OTHER)


def _number(told: str) -> int | None:
    """The number of a problem, with or without its P; None where none is told."""
    bare = told.strip().removeprefix("P")
    if not bare:
        return None
    if not bare.isdigit() or len(bare) > 9:
        raise InvalidInput(f"{told!r} is no number of a problem.", field="problem")
    return int(bare)
