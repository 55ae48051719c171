"""My work: what waits for the visitor, what they asked for, what they were told."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import LARGEST
from api.web.render import page
from changes.emergency import debt
from changes.waiting import waiting
from drift.noise import decisions
from operations import notices
from operations.notice_models import MANNERS

router = APIRouter(include_in_schema=False)
LIMIT = 20
After = Annotated[int, Query(ge=0, le=LARGEST)]


@router.get("/work")
def my_work(visit: PageVisit, after: After = 0) -> Response:
    ctx = visit.ctx
    told = notices.list_mine(ctx, after=after or None, limit=LIMIT)
    found = waiting(ctx)
    return page(
        "work.html", visit, waiting=found, masks=decisions.awaited(ctx),
        late={one.id for one in found.reviews if debt.is_overdue(ctx, one)},
        notices=told, manner=notices.manner(ctx), manners=MANNERS,
        more=told[-1].id if len(told) == LIMIT else 0, paging=after,
    )  # fmt: skip


@router.post("/work/manner")
def prefer(visit: PageVisit, manner: Annotated[str, Form()]) -> Response:
    notices.prefer(visit.ctx, manner)
    return RedirectResponse("/work", status_code=HTTPStatus.SEE_OTHER)
