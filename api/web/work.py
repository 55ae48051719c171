"""Change requests, their approval, and executions with their live log."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Header, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.access import PageVisit, Visit, page_origin, runtime_of
from api.shapes import LARGEST, Key
from api.web.render import log_line, page
from changes import approvals, oversight, requests
from changes.models import ExecutionEvent
from changes.requests import plan_of
from changes.states import State
from core.actor import Actor, Origin
from core.runtime import Runtime
from drift.noise import decisions

router = APIRouter(include_in_schema=False)
LIMIT = 50
LOG_LINES = 500
POLL_SECONDS = 0.5
STREAM_SECONDS = 600.0

LogAfter = Annotated[int, Query(ge=0, le=LARGEST)]


@router.get("/changes")
def list_changes(visit: PageVisit, state: str = "", after: int = 0) -> Response:
    found = requests.list_changes(visit.ctx, state=state or None, after=after or None, limit=LIMIT)
    more = found[-1].id if len(found) == LIMIT else 0
    masks = decisions.awaited(visit.ctx) if state == State.PROPOSED else 0
    return page("changes.html", visit, changes=found, state=state, masks=masks, more=more)


@router.get("/changes/{change_id}")
def show_change(visit: PageVisit, change_id: Key, log_after: LogAfter = 0) -> Response:
    return _shown(visit, change_id, "change.html", log_after)


@router.get("/changes/{change_id}/execution")
def show_execution(visit: PageVisit, change_id: Key, log_after: LogAfter = 0) -> Response:
    return _shown(visit, change_id, "execution.html", log_after)


def _shown(visit: Visit, change_id: int, template: str, log_after: int) -> Response:
    change = requests.get_change(visit.ctx, change_id)
    mine = change.requested_by_id == visit.ctx.person.person_id
    stages = approvals.progress(visit.ctx, change)
    log = oversight.log(visit.ctx, change_id, after=log_after, limit=LOG_LINES)
    return page(
        template, visit, change=change, plan=plan_of(change), own=mine,
        standing=[vote for one in stages for vote in one.votes],
        required=sum(one.stage.needed for one in stages),
        verifications=oversight.verifications(visit.ctx, change_id),
        log=log, more_log=log[-1].id if len(log) == LOG_LINES else 0,
    )  # fmt: skip


@router.post("/changes/{change_id}/approvals")
def approve(
    visit: PageVisit, change_id: Key, digest: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    approvals.approve(visit.ctx, change_id, digest=digest, note=note)
    return _back(change_id)


@router.post("/changes/{change_id}/rejections")
def reject(
    visit: PageVisit, change_id: Key, digest: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    approvals.reject(visit.ctx, change_id, digest=digest, note=note)
    return _back(change_id)


@router.post("/changes/{change_id}/stop")
def stop(visit: PageVisit, change_id: Key, note: Annotated[str, Form()] = "") -> Response:
    oversight.stop(visit.ctx, change_id, note=note)
    return _back(change_id)


@router.post("/changes/{change_id}/rollback")
def roll_back(visit: PageVisit, change_id: Key, note: Annotated[str, Form()]) -> Response:
    undoing = oversight.request_rollback(visit.ctx, change_id, reason=note)
    return _back(undoing.id)


@router.get("/changes/{change_id}/stream")
def stream(
    request: Request, visit: PageVisit, change_id: Key, after: int = 0,
    last_event_id: Annotated[int, Header()] = 0,
) -> Response:  # fmt: skip
    """Server-sent events from `Last-Event-ID` (or `after`) on; ends when the change is over."""
    requests.get_change(visit.ctx, change_id)
    follow = _follow(
        runtime_of(request),
        visit.ctx.person,
        page_origin(request),
        change_id,
        max(after, last_event_id),
    )
    return StreamingResponse(follow, media_type="text/event-stream")


async def _follow(
    runtime: Runtime, person: Actor, origin: Origin, change_id: int, after: int
) -> AsyncIterator[str]:
    """Sleeps without a thread, so that many may watch; ends once nothing more can come."""
    deadline = time.monotonic() + STREAM_SECONDS
    while time.monotonic() < deadline:
        over, told = await run_in_threadpool(_read, runtime, person, origin, change_id, after)
        for event in told:
            yield _sse(event)
        if told:
            after = told[-1].id
        elif over:
            yield "event: end\ndata: over\n\n"
            return
        else:
            await asyncio.sleep(POLL_SECONDS)


def _read(
    runtime: Runtime, person: Actor, origin: Origin, change_id: int, after: int
) -> tuple[bool, Sequence[ExecutionEvent]]:
    """Whether the change is over, and what was told since: in this order, so none is missed."""
    with runtime.context(person, origin) as ctx:
        state = requests.get_change(ctx, change_id).state
        return state not in {State.APPROVED, State.RUNNING}, oversight.log(
            ctx, change_id, after=after
        )


def _sse(event: ExecutionEvent) -> str:
    lines = "".join(f"data: {line}\n" for line in log_line(event).split("\n"))
    return f"id: {event.id}\n{lines}\n"


def _back(change_id: int) -> Response:
    return RedirectResponse(f"/changes/{change_id}", status_code=HTTPStatus.SEE_OTHER)
