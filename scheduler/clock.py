"""The clock: fires due schedules into the queue, each once, however many clocks run."""

import logging
from collections.abc import Callable, Sequence
from itertools import islice

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.actor import Actor, Origin
from core.context import Action, Context
from core.errors import TrimtabError
from core.queue import Job, enqueue, enqueue_all
from core.runtime import Runtime
from operations.job_kinds import kind_of
from operations.routing import routes, split
from operations.schedule_models import Schedule
from operations.schedules import ensure_maintenance, next_time
from scheduler.leftovers import mend_stalled

log = logging.getLogger(__name__)

CLOCK = Actor(name="trimtab scheduler", granted=frozenset({"schedule.write"}))
ORIGIN = Origin(door="job")
TICK_SECONDS = 1.0
REAP_SECONDS = 30.0
DUE_AT_A_TIME = 200  # so that a tick stays well below a second on a busy machine


def tick(runtime: Runtime) -> int:
    """Enqueue and advance what is due, in one transaction; returns how many were due.

    What is due beyond `DUE_AT_A_TIME` is left to the next tick, the longest due first.
    Rows that another clock holds are skipped, so that no schedule fires twice. A schedule whose
    last job still waits in the queue is advanced without another job.
    """
    with runtime.context(CLOCK, ORIGIN) as ctx:
        due = ctx.session.scalars(
            select(Schedule)
            .where(Schedule.enabled, Schedule.next_fire_at <= ctx.now())
            .order_by(Schedule.next_fire_at)
            .limit(DUE_AT_A_TIME)
            .with_for_update(skip_locked=True)
        ).all()
        _fire(ctx, due)
        return len(due)


def call_reaper(runtime: Runtime) -> None:
    """Let a worker look for changes and jobs that a dead worker left behind.

    Jobs are put right here already: one that looked and died would keep every later one waiting.
    """
    with runtime.context(CLOCK, ORIGIN) as ctx:
        mend_stalled(ctx)
        kind = kind_of("changes.reap")
        enqueue(ctx, kind.name, queue=kind.queue, queueing_lock=kind.name, lock=kind.name)


class Clock:
    """Ticks every second in a thread of its own until stopped."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1}
        )

    @property
    def running(self) -> bool:
        return bool(self._scheduler.running)

    def start(self) -> None:
        with self._runtime.context(CLOCK, ORIGIN) as ctx:
            ensure_maintenance(ctx)
        for act, seconds in ((tick, TICK_SECONDS), (call_reaper, REAP_SECONDS)):
            self._scheduler.add_job(
                _survive, "interval", (act, self._runtime), seconds=seconds,
                misfire_grace_time=None, name=act.__name__,
            )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        """End after the tick under way."""
        self._scheduler.shutdown(wait=True)


def _fire(ctx: Context, due: Sequence[Schedule]) -> None:
    now, known = ctx.now(), routes(ctx)
    parts = [split(ctx, known, _job(one)) for one in due]
    queued = iter(enqueue_all(ctx, [job for jobs in parts for job in jobs]))
    for schedule in due:
        schedule.next_fire_at = next_time(schedule, now=now)
        schedule.last_fire_at = now
    ctx.record_all(
        Action(
            action="schedule.fired", subject=one,
            facts={"job": one.job, "job_ids": list(islice(queued, len(jobs)))},
        )
        for one, jobs in zip(due, parts, strict=True)
    )  # fmt: skip


def _job(schedule: Schedule) -> Job:
    """One job at a time waits, and one at a time runs, of each schedule."""
    kind, mark = kind_of(schedule.job), f"schedule:{schedule.id}"
    return Job(task=kind.name, queue=kind.queue, lock=mark, queueing_lock=mark, args=schedule.args)


def _survive(act: Callable[[Runtime], object], runtime: Runtime) -> None:
    """A clock goes on whatever happens to the database; the next second tries again."""
    try:
        act(runtime)
    except (SQLAlchemyError, TrimtabError) as error:
        said = str(error).partition("\n")[0]
        log.warning("%s failed and is tried again: %s", act.__name__, said)
