"""What fires when: make, pause, resume and list schedules. Fires none itself."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, false, select, text

from core.audit import Fact, Subject
from core.context import Context
from core.errors import Conflict, InvalidInput
from operations.job_kinds import checked, kind_of
from operations.schedule_models import Schedule
from operations.triggers import InvalidJitter, next_fire, splay
from organization.models import Unit

MAINTENANCE = ("maintenance", "operations.maintenance", "every 1h")
LONGEST_JITTER = 86400  # seconds


def create_schedule(
    ctx: Context, *, name: str, job: str, trigger: str,
    args: Mapping[str, Fact] | None = None, timezone: str = "UTC", unit_id: int | None = None,
    jitter_seconds: int = 0,
) -> Schedule:  # fmt: skip
    """A new schedule, first due at its trigger's next time. Needs `schedule.write` on its unit.

    A schedule of a unit reaches that unit's devices only, whatever its arguments say. With a jitter
    it fires later than its trigger says, always by the same share of it. Raises InvalidTrigger,
    InvalidJitter, InvalidInput for arguments the job does not take, Conflict for a taken name.
    """
    unit = ctx.get(Unit, unit_id) if unit_id is not None else None
    schedule = Schedule(
        name=name.strip(), job=job, trigger=trigger.strip(), timezone=timezone, unit_id=unit_id,
        jitter_seconds=jitter_seconds, enabled=True, created_by_id=ctx.person.person_id,
    )  # fmt: skip
    ctx.require("schedule.write", unit or schedule)
    kind = kind_of(job)
    if not kind.on_schedule:
        raise InvalidInput(f"{job} follows from an approval and cannot be scheduled by itself.")
    if not schedule.name:
        raise InvalidInput("A schedule needs a name.")
    if not 0 <= jitter_seconds <= LONGEST_JITTER:
        raise InvalidJitter(f"A jitter of {jitter_seconds} s is no jitter: 0 s to a day is.")
    if ctx.session.scalar(select(Schedule.id).where(Schedule.name == schedule.name)):
        raise Conflict(f"There is a schedule {schedule.name} already; choose another name.")
    inside = {"unit_id": unit_id} if unit_id and "unit_id" in kind.arguments.model_fields else {}
    schedule.args = checked(kind, {**(args or {}), **inside})
    schedule.next_fire_at = next_time(schedule, now=ctx.now())
    ctx.add(schedule)
    ctx.record(
        "schedule.created", schedule,
        job=job, trigger=schedule.trigger, timezone=timezone, args=schedule.args,
        jitter_seconds=jitter_seconds,
    )  # fmt: skip
    return schedule


def pause(ctx: Context, schedule_id: int) -> Schedule:
    """Fire no more until resumed. Needs `schedule.write`."""
    schedule = _locked(ctx, schedule_id)
    schedule.enabled, schedule.next_fire_at = False, None
    ctx.record("schedule.paused", schedule)
    return schedule


def resume(ctx: Context, schedule_id: int) -> Schedule:
    """Fire again, first at the next time from now; what was missed is not made up for."""
    schedule = _locked(ctx, schedule_id)
    schedule.enabled = True
    schedule.next_fire_at = next_time(schedule, now=ctx.now())
    ctx.record("schedule.resumed", schedule)
    return schedule


def fire_now(ctx: Context, schedule_id: int) -> Schedule:
    """Make the schedule due at once; the clock fires it. Needs `schedule.write`."""
    schedule = _locked(ctx, schedule_id)
    if not schedule.enabled:
        raise Conflict(f"Schedule {schedule.name} is paused; resume it first.")
    schedule.next_fire_at = ctx.now()
    ctx.record("schedule.hastened", schedule)
    return schedule


def remove(ctx: Context, schedule_id: int) -> None:
    """Take a schedule away whose purpose is gone. Needs `schedule.write`."""
    schedule = _locked(ctx, schedule_id)
    told = Subject(type=schedule.__tablename__, id=str(schedule.id), label=schedule.label)
    ctx.session.delete(schedule)
    ctx.record("schedule.removed", told, job=schedule.job, args=schedule.args)


def next_time(schedule: Schedule, *, now: datetime) -> datetime:
    """When a schedule that fires now, or begins now, is due next."""
    return next_fire(
        schedule.trigger, timezone=schedule.timezone, now=now, due=schedule.next_fire_at,
        offset=splay(schedule.name, schedule.jitter_seconds),
    )  # fmt: skip


def by_name(ctx: Context, name: str) -> Schedule | None:
    """The schedule of that name, if there is one. Needs `schedule.read` on it."""
    schedule = ctx.session.scalar(select(Schedule).where(Schedule.name == name))
    if schedule is not None:
        ctx.require("schedule.read", schedule)
    return schedule


def list_schedules(ctx: Context, *, after: str | None = None, limit: int = 50) -> list[Schedule]:
    """The schedules of the acting person's jurisdictions, by name; `after` is the last name seen.

    Those of the whole organization are shown to whoever holds the permission in any unit.
    """
    query = _readable(ctx).order_by(Schedule.name).limit(limit)
    if after is not None:
        query = query.where(Schedule.name > after)
    return list(ctx.session.scalars(query))


def firing(ctx: Context, *, since: datetime, until: datetime) -> list[Schedule]:
    """Those of the same schedules whose next time lies from `since` until before `until`."""
    due = Schedule.next_fire_at
    query = _readable(ctx).where(due >= since, due < until)
    return list(ctx.session.scalars(query.order_by(due, Schedule.name)))


def _readable(ctx: Context) -> Select[Schedule]:
    units = ctx.units("schedule.read")
    if not units:
        return select(Schedule).where(false())
    return select(Schedule).where(Schedule.unit_id.is_(None) | Schedule.unit_id.in_(units))


def ensure_maintenance(ctx: Context) -> None:
    """Every installation is maintained: make that schedule where it is missing."""
    name, job, trigger = MAINTENANCE
    ctx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('trimtab schedules'))"))
    if ctx.session.scalar(select(Schedule.id).where(Schedule.name == name)) is None:
        create_schedule(ctx, name=name, job=job, trigger=trigger)


def _locked(ctx: Context, schedule_id: int) -> Schedule:
    schedule = ctx.get_locked(Schedule, schedule_id)
    ctx.require("schedule.write", schedule)
    return schedule
