"""Schedules over REST."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field, JsonValue

from api.access import Ctx
from api.pages import AfterName, Limit, NamedPage, named_page_of
from api.shapes import Body, Key, Number, OfRow, Text
from operations import schedules
from operations.schedule_models import Schedule
from operations.schedules import LONGEST_JITTER

router = APIRouter(tags=["schedules"])


class ScheduleOut(OfRow):
    id: int
    name: str
    job: str
    args: dict[str, JsonValue]
    trigger: str
    timezone: str
    jitter_seconds: int
    unit_id: int | None
    enabled: bool
    next_fire_at: datetime | None
    last_fire_at: datetime | None


class ScheduleIn(Body):
    """`trigger` is `every 15m` or a crontab line; the name decides what share of the jitter."""

    name: Text
    job: Text
    trigger: Text
    args: dict[str, JsonValue] = Field(default_factory=dict)
    timezone: Text = "UTC"
    jitter_seconds: int = Field(0, ge=0, le=LONGEST_JITTER)
    unit_id: Number | None = None


def _schedule(row: Schedule) -> ScheduleOut:
    return ScheduleOut.of(row)


@router.get("/schedules")
def list_schedules(
    ctx: Ctx, limit: Limit = 50, after: AfterName = None
) -> NamedPage[ScheduleOut]:  # fmt: skip
    rows = schedules.list_schedules(ctx, after=after, limit=limit)
    return named_page_of(rows, _schedule, lambda row: row.name, limit=limit)


@router.post("/schedules", status_code=201)
def create_schedule(body: ScheduleIn, ctx: Ctx) -> ScheduleOut:
    return _schedule(
        schedules.create_schedule(
            ctx, name=body.name, job=body.job, trigger=body.trigger, args=body.args,
            timezone=body.timezone, unit_id=body.unit_id, jitter_seconds=body.jitter_seconds,
        )
    )  # fmt: skip


@router.post("/schedules/{schedule_id}/pause", status_code=201)
def pause(schedule_id: Key, ctx: Ctx) -> ScheduleOut:
    return _schedule(schedules.pause(ctx, schedule_id))


@router.post("/schedules/{schedule_id}/resumption", status_code=201)
def resume(schedule_id: Key, ctx: Ctx) -> ScheduleOut:
    return _schedule(schedules.resume(ctx, schedule_id))


@router.post("/schedules/{schedule_id}/firing", status_code=202)
def fire(schedule_id: Key, ctx: Ctx) -> ScheduleOut:
    """Have it fire now."""
    return _schedule(schedules.fire_now(ctx, schedule_id))
