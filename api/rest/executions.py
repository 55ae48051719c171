"""Steering executions over REST: pause, resume, stop, roll back, rerun, observe, progress."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime

from api.access import Ctx
from api.rest.changes import ChangeOut, change_out
from api.shapes import Body, Key, Note, OfRow, Reason, Text
from changes import oversight
from changes.running import observing, reading
from changes.states import State, Target
from core.errors import InvalidInput

router = APIRouter(tags=["changes"])


class StopIn(Body):
    """`roll_back` undoes all that the change touched, not only the wave in progress."""

    note: Text
    roll_back: bool = False


class RerunIn(Reason):
    window_start: AwareDatetime | None = None
    window_end: AwareDatetime | None = None


class DeviceResolutionIn(Body):
    """What one interrupted device shows."""

    state: Literal["done", "rolled_back", "failed"]
    note: Text


class ObservedOut(OfRow):
    """An interrupted device, observed again."""

    device_id: int
    hostname: str
    standing: Literal["pre_state", "intended", "in_between", "unseen"]
    detail: str


class StandingOut(OfRow):
    device_id: int
    hostname: str
    state: Target
    result: str
    touched_at: datetime | None


class WaveOut(OfRow):
    """A wave, counted from 0; more than `may_fail` failures in it end the change."""

    number: int
    may_fail: int
    devices: list[StandingOut]


class ProgressOut(OfRow):
    """`asked` is what a person wants of the change and nothing has come of yet."""

    state: State
    undo: Literal["wave", "all"]
    asked: Literal["", "pause", "stop", "roll_back", "resume"]
    waves: list[WaveOut]


class GateOut(OfRow):
    id: int
    run_id: int
    device_id: int
    wave: int
    moment: Literal["before", "after"]
    name: str
    passed: bool
    detail: str
    looked_at: datetime


@router.post("/changes/{change_id}/pause", status_code=202)
def pause(change_id: Key, body: Note, ctx: Ctx) -> ChangeOut:
    """Pause a running change after its present wave."""
    return change_out(oversight.pause(ctx, change_id, note=body.note))


@router.post("/changes/{change_id}/resumption", status_code=202)
def resume(change_id: Key, body: Note, ctx: Ctx) -> ChangeOut:
    """Have a paused change go on; it stays paused until a worker claims it."""
    return change_out(oversight.resume(ctx, change_id, note=body.note))


@router.post("/changes/{change_id}/stop", status_code=202)
def stop(change_id: Key, body: StopIn, ctx: Ctx) -> ChangeOut:
    """Stop a running or paused change, or cancel one that has not begun."""
    act = oversight.roll_back if body.roll_back else oversight.stop
    return change_out(act(ctx, change_id, note=body.note))


@router.post("/changes/{change_id}/rerun", status_code=201)
def rerun(change_id: Key, body: RerunIn, ctx: Ctx) -> ChangeOut:
    """Request what the change left undone as a change of its own; it needs its own approval."""
    start, end = body.window_start, body.window_end
    if (start is None) != (end is None):
        raise InvalidInput("A window has both a start and an end.", field="window_end")
    window = (start, end) if start is not None and end is not None else None
    return change_out(oversight.rerun_failed(ctx, change_id, reason=body.reason, window=window))


@router.post("/changes/{change_id}/observation")
def observe(change_id: Key, ctx: Ctx) -> list[ObservedOut]:
    """Collect the interrupted devices and say which of the two states each is in."""
    return [ObservedOut.of(one) for one in observing.observe(ctx, change_id)]


@router.post("/changes/{change_id}/devices/{device_id}/resolution", status_code=201)
def resolve_device(change_id: Key, device_id: Key, body: DeviceResolutionIn, ctx: Ctx) -> ChangeOut:
    """Say what became of one interrupted device, after looking at it."""
    row = oversight.resolve_device(
        ctx, change_id, device_id, state=Target(body.state), note=body.note
    )
    return change_out(row)


@router.get("/changes/{change_id}/progress")
def progress(change_id: Key, ctx: Ctx) -> ProgressOut:
    """The waves of the change and where each device stands."""
    return ProgressOut.of(reading.progress(ctx, change_id))


@router.get("/changes/{change_id}/gates")
def gates(change_id: Key, ctx: Ctx) -> list[GateOut]:
    """What the checks between the waves saw, in order."""
    return [GateOut.of(one) for one in reading.gates(ctx, change_id)]
