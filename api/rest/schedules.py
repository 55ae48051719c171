"""Schedules over REST."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, JsonValue

from api.access import Ctx
from api.shapes import OfRow
from operations import schedules

router = APIRouter(tags=["schedules"])


class ScheduleOut(OfRow):
    id: int
    name: str
    job: str
    args: dict[str, JsonValue]
    trigger: str
    timezone: str
    enabled: bool
    next_fire_at: datetime | None
    last_fire_at: datetime | None


class ScheduleIn(BaseModel):
    """`trigger` is `every 15m` or a crontab line."""

    name: str
    job: str
    trigger: str
    args: dict[str, JsonValue] = {}
    timezone: str = "UTC"
    unit_id: int | None = None


@router.get("/schedules")
def list_schedules(ctx: Ctx) -> list[ScheduleOut]:
    return [ScheduleOut.of(row) for row in schedules.list_schedules(ctx)]


@router.post("/schedules", status_code=201)
def create_schedule(body: ScheduleIn, ctx: Ctx) -> ScheduleOut:
    return ScheduleOut.of(
        schedules.create_schedule(
            ctx, name=body.name, job=body.job, trigger=body.trigger, args=body.args,
            timezone=body.timezone, unit_id=body.unit_id,
        )
    )  # fmt: skip


@router.post("/schedules/{schedule_id}/pause", status_code=201)
def pause(schedule_id: int, ctx: Ctx) -> ScheduleOut:
    return ScheduleOut.of(schedules.pause(ctx, schedule_id))


@router.post("/schedules/{schedule_id}/resumption", status_code=201)
def resume(schedule_id: int, ctx: Ctx) -> ScheduleOut:
    return ScheduleOut.of(schedules.resume(ctx, schedule_id))


@router.post("/schedules/{schedule_id}/firing", status_code=202)
def fire(schedule_id: int, ctx: Ctx) -> ScheduleOut:
    """Have it fire now."""
    return ScheduleOut.of(schedules.fire_now(ctx, schedule_id))
