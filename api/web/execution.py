"""An execution: its waves, its live log, and how a person steers it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.access import PageVisit, page_origin, runtime_of
from api.shapes import Key
from api.web.change import LOG_LINES, LogAfter, Note, back
from api.web.render import log_line, page
from changes import oversight, requests
from changes.models import ExecutionEvent
from changes.requests import plan_of
from changes.running import observing, reading
from changes.states import State, Target
from core.actor import Actor, Origin
from core.errors import InvalidInput
from core.runtime import Runtime

router = APIRouter(include_in_schema=False)
POLL_SECONDS = 0.5
STREAM_SECONDS = 600.0
STEERED = {
    "pause": oversight.pause, "resumption": oversight.resume, "stop": oversight.stop,
    "roll-back": oversight.roll_back,
}  # fmt: skip
DECIDED = (Target.DONE, Target.ROLLED_BACK, Target.FAILED)
FOLLOWED = frozenset({State.APPROVED, State.RUNNING, State.PAUSED})


@router.get("/changes/{change_id}/execution")
def show_execution(visit: PageVisit, change_id: Key, log_after: LogAfter = 0) -> Response:
    return _shown(visit, change_id, log_after)


def _shown(
    visit: PageVisit, change_id: int, log_after: int,
    observed: Sequence[observing.Observed] = (),
) -> Response:  # fmt: skip
    ctx = visit.ctx
    change = requests.get_change(ctx, change_id)
    log = oversight.log(ctx, change_id, after=log_after, limit=LOG_LINES)
    return page(
        "execution.html", visit, change=change, plan=plan_of(change), log=log,
        progress=reading.progress(ctx, change_id), gates=reading.gates(ctx, change_id),
        verifications=oversight.verifications(ctx, change_id), observed=observed,
        more_log=log[-1].id if len(log) == LOG_LINES else 0,
    )  # fmt: skip


@router.post("/changes/{change_id}/steering")
def steer(
    visit: PageVisit, change_id: Key, way: Annotated[str, Form()], note: Note = ""
) -> Response:
    """Pause, resume, stop, or stop and roll back."""
    if way not in STEERED:
        raise InvalidInput(f"An execution takes {', '.join(STEERED)}.", field="way")
    STEERED[way](visit.ctx, change_id, note=note)
    return back(change_id)


@router.post("/changes/{change_id}/rollback")
def roll_back(visit: PageVisit, change_id: Key, note: Note) -> Response:
    """Request the change that undoes this one."""
    return back(oversight.request_rollback(visit.ctx, change_id, reason=note).id)


@router.post("/changes/{change_id}/rerun")
def rerun(visit: PageVisit, change_id: Key, note: Note) -> Response:
    """Request what this one left undone."""
    return back(oversight.rerun_failed(visit.ctx, change_id, reason=note).id)


@router.post("/changes/{change_id}/observation")
def observe(visit: PageVisit, change_id: Key) -> Response:
    """Collect the interrupted devices and say which of the two states each is in."""
    found = observing.observe(visit.ctx, change_id)
    return _shown(visit, change_id, 0, found)


@router.post("/changes/{change_id}/devices/{device_id}/resolution")
def resolve_device(
    visit: PageVisit, change_id: Key, device_id: Key, state: Annotated[str, Form()],
    note: Note = "",
) -> Response:  # fmt: skip
    """Say what became of one interrupted device, after looking at it."""
    if state not in set(Target):
        raise InvalidInput(f"A device is decided as {', '.join(DECIDED)}.", field="state")
    oversight.resolve_device(visit.ctx, change_id, device_id, state=Target(state), note=note)
    return back(change_id)


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
        return state not in FOLLOWED, oversight.log(ctx, change_id, after=after)


def _sse(event: ExecutionEvent) -> str:
    lines = "".join(f"data: {line}\n" for line in log_line(event).split("\n"))
    return f"id: {event.id}\n{lines}\n"
