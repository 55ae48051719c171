"""One change request: what would run, its risk, its approval, what is said of it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import LARGEST, Key
from api.web.change_sight import place_of, sight_of
from api.web.changes import window_of
from api.web.render import page
from changes import approvals, oversight, preview, requests, revisions
from changes.approving import comments
from changes.models import ChangeRequest
from changes.requests import plan_of
from core.context import Context
from core.errors import InvalidInput

router = APIRouter(include_in_schema=False)
LOG_LINES = 500

LogAfter = Annotated[int, Query(ge=0, le=LARGEST)]
Note = Annotated[str, Form()]


@router.get("/changes/{change_id}")
def show_change(visit: PageVisit, change_id: Key, log_after: LogAfter = 0) -> Response:
    ctx = visit.ctx
    change = requests.get_change(ctx, change_id)
    log = oversight.log(ctx, change_id, after=log_after, limit=LOG_LINES)
    return page(
        "change.html", visit, change=change, sight=sight_of(ctx, change),
        own=change.requested_by_id == ctx.person.person_id,
        verifications=oversight.verifications(ctx, change_id),
        log=log, more_log=log[-1].id if len(log) == LOG_LINES else 0,
    )  # fmt: skip


@router.post("/changes/{change_id}/approvals")
def approve(
    visit: PageVisit, change_id: Key, digest: Annotated[str, Form()], note: Note = ""
) -> Response:
    approvals.approve(visit.ctx, change_id, digest=digest, note=note)
    return back(change_id)


@router.post("/changes/{change_id}/rejections")
def reject(
    visit: PageVisit, change_id: Key, digest: Annotated[str, Form()], note: Note = ""
) -> Response:
    approvals.reject(visit.ctx, change_id, digest=digest, note=note)
    return back(change_id)


def _noted(path: str, act: Callable[[Context, int, str], ChangeRequest]) -> None:
    """A form with a note that leads back to the change."""

    def acted(visit: PageVisit, change_id: Key, note: Note = "") -> Response:
        return back(act(visit.ctx, change_id, note).id)

    router.post(f"/changes/{{change_id}}/{path}")(acted)


_noted("withdrawal", lambda ctx, key, note: approvals.withdraw(ctx, key, note=note))
_noted("cancellation", lambda ctx, key, note: requests.cancel(ctx, key, note=note))
_noted("renewal", lambda ctx, key, _: revisions.renew(ctx, key))
_noted("run", lambda ctx, key, _: oversight.run_now(ctx, key))


@router.post("/changes/{change_id}/window")
def schedule(
    visit: PageVisit, change_id: Key, start: Annotated[str, Form()], end: Annotated[str, Form()]
) -> Response:
    window = window_of(start, end)
    if window is None:
        raise InvalidInput("A window has both a start and an end.", field="start")
    revisions.schedule(visit.ctx, change_id, start=window[0], end=window[1])
    return back(change_id)


@router.post("/changes/{change_id}/comments")
def comment(
    visit: PageVisit, change_id: Key, body: Annotated[str, Form()],
    device_id: Annotated[int, Form()] = 0, line: Annotated[int, Form()] = -1,
    objection: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Comment the change, one device of it or one line, by its place in the declared difference."""
    plan = plan_of(requests.get_change(visit.ctx, change_id))
    comments.comment(
        visit.ctx, change_id, body=body, device_id=device_id or None,
        place=place_of(plan, device_id, line), objection=bool(objection),
    )  # fmt: skip
    return back(change_id)


@router.post("/comments/{comment_id}/settlement")
def settle(visit: PageVisit, comment_id: Key) -> Response:
    return back(comments.settle(visit.ctx, comment_id).change_id)


@router.post("/changes/{change_id}/preview")
def rehearse(visit: PageVisit, change_id: Key) -> Response:
    """What the change would do to its devices, without changing them; takes its time."""
    found = preview.preview(visit.ctx, change_id)
    change = requests.get_change(visit.ctx, change_id)
    return page("change_preview.html", visit, change=change, previews=found)


def back(change_id: int) -> Response:
    """To the change's own page, where what was done is seen."""
    return RedirectResponse(f"/changes/{change_id}", status_code=HTTPStatus.SEE_OTHER)
