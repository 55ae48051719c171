"""Queues near the devices: made and listed. Runs no job; `routing` tells which go where."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from core.audit import Fact
from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound
from operations.job_kinds import KINDS, QUEUES
from operations.queue_models import POLICIES, WorkerQueue
from operations.triggers import seconds_of
from organization.models import Unit

NAME = re.compile(r"[a-z][a-z0-9-]{0,23}")
DEFAULT_AWAY = "15m"
SHORTEST_AWAY = 60  # seconds; a worker that restarts is not away

_ALIVE = text("""
SELECT one.name, one.host, one.version, one.started_at, worker.last_heartbeat
FROM queue_worker one JOIN procrastinate_workers worker ON worker.id = one.id
WHERE :queue = ANY (one.queues)
  AND worker.last_heartbeat > now() - make_interval(secs => :silent)
ORDER BY one.id
""")
_JOBS = text("""
SELECT status::text, count(*) AS jobs FROM procrastinate_jobs
WHERE queue_name = :queue AND status IN ('todo', 'doing') GROUP BY status
""")
_MOVE = text("""
UPDATE procrastinate_jobs SET queue_name = :central
WHERE queue_name = :queue AND task_name = :task AND status = 'todo' RETURNING id
""")
SILENT_SECONDS = 30.0  # three heartbeats of a worker


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSeen:
    """A worker that beats."""

    name: str
    host: str
    version: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a queue stands: who serves it, and how many jobs wait and run."""

    queue: WorkerQueue
    workers: tuple[WorkerSeen, ...]
    waiting: int
    running: int


def create_queue(ctx: Context, *, name: str, unit: Unit, if_away: str = "wait") -> WorkerQueue:
    """A queue of its own for the devices of a unit and those below. Needs `organization.write`.

    `if_away` is `wait` or `move`, with a time after a colon: `move:15m`.
    """
    ctx.require("organization.write", unit)
    _check_name(ctx, name)
    if ctx.session.scalar(select(WorkerQueue.id).where(WorkerQueue.unit_id == unit.id)):
        raise Conflict(f"The unit {unit.code} has a queue already; `trimtab queue list` shows it.")
    policy, seconds = _policy(if_away)
    queue = ctx.add(
        WorkerQueue(
            name=name, unit_id=unit.id, if_away=policy, away_seconds=seconds,
            created_at=ctx.now(), created_by_id=ctx.person.person_id,
        )
    )  # fmt: skip
    ctx.record("queue.created", queue, unit=unit.code, if_away=policy, away_seconds=seconds)
    return queue


def list_queues(ctx: Context) -> list[WorkerQueue]:
    """The queues of the units that the acting person may see, by name."""
    units = ctx.units("organization.read")
    rows = select(WorkerQueue).where(WorkerQueue.unit_id.in_(units)).order_by(WorkerQueue.name)
    return list(ctx.session.scalars(rows))


def queue_by_name(ctx: Context, name: str) -> WorkerQueue:
    """The queue, or NotFound. Needs `organization.read` on it."""
    queue = ctx.session.scalar(select(WorkerQueue).where(WorkerQueue.name == name))
    if queue is None:
        raise NotFound(f"There is no queue {name}; `trimtab queue list` shows them.", name=name)
    ctx.require("organization.read", queue)
    return queue


def get_queue(ctx: Context, queue_id: int) -> WorkerQueue:
    """The queue, or NotFound. Needs `organization.read` on it."""
    queue = ctx.get(WorkerQueue, queue_id)
    ctx.require("organization.read", queue)
    return queue


def standing(ctx: Context, queue: WorkerQueue) -> Standing:
    """Which workers of the queue beat, and how many jobs it holds."""
    counts = jobs_in(ctx, queue.name)
    return Standing(
        queue=queue, workers=workers_of(ctx, queue.name), waiting=counts.get("todo", 0),
        running=counts.get("doing", 0),
    )  # fmt: skip


def workers_of(ctx: Context, name: str) -> tuple[WorkerSeen, ...]:
    """The workers of a queue, by its name, that beat; the caller has checked who may."""
    rows = ctx.session.execute(_ALIVE, {"queue": name, "silent": SILENT_SECONDS})
    return tuple(
        WorkerSeen(
            name=row.name, host=row.host, version=row.version, started_at=row.started_at,
            seen_at=row.last_heartbeat,
        )
        for row in rows
    )  # fmt: skip


def jobs_in(ctx: Context, name: str) -> Mapping[str, int]:
    """How many jobs of a queue, by its name, wait (todo) and run (doing)."""
    return {row.status: row.jobs for row in ctx.session.execute(_JOBS, {"queue": name})}


def queue_of_role(ctx: Context) -> WorkerQueue | None:
    """The queue whose role this connection has; None for the platform's own."""
    return ctx.session.scalar(
        select(WorkerQueue).where(WorkerQueue.role_name == func.session_user())
    )


def hand_over(ctx: Context, queue: WorkerQueue) -> int:
    """Move the waiting jobs to the central workers now; how many. Needs `organization.write`."""
    ctx.require("organization.write", queue)
    return move_jobs(ctx, queue)


def move_jobs(ctx: Context, queue: WorkerQueue) -> int:
    """Hand the waiting jobs of a queue to the central ones; the caller has checked who may."""
    moved: dict[str, Fact] = {}
    for kind in KINDS.values():
        asked = {"queue": queue.name, "task": kind.name, "central": kind.queue}
        if ids := ctx.session.scalars(_MOVE, asked).all():
            moved[kind.name] = list(ids)
    if moved:
        ctx.record("queue.moved", queue, jobs=moved)
    return sum(len(ids) for ids in moved.values() if isinstance(ids, list))


def known_queues(ctx: Context) -> Sequence[str]:
    """The queues that a worker on this connection may serve: the built-in ones and the units'."""
    return (*QUEUES, *ctx.session.scalars(select(WorkerQueue.name).order_by(WorkerQueue.name)))


def _check_name(ctx: Context, name: str) -> None:
    if not NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} is no name of a queue: use up to 24 lower-case letters, digits and dashes, "
            "a letter first.",
            field="name",
        )
    if name in known_queues(ctx):
        raise Conflict(f"There is a queue {name} already; choose another name.", name=name)


def _policy(told: str) -> tuple[str, int]:
    """What happens when no worker is alive, and after how many seconds."""
    policy, _, after = told.partition(":")
    if policy not in POLICIES:
        raise InvalidInput(f"{told!r} is not wait, move, or one of them with a time: move:15m.")
    seconds = seconds_of(after or DEFAULT_AWAY)
    if seconds < SHORTEST_AWAY:
        raise InvalidInput(f"{told!r} is too short: a worker that restarts is not away yet.")
    return policy, seconds
