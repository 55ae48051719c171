"""How deep the queues are, central and near the devices, and what is in them. Moves no job."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from core.context import Context
from operations.job_kinds import QUEUES
from operations.queue_models import WorkerQueue
from operations.queues import WorkerSeen, jobs_in, workers_of

SHOWN = 100  # jobs of a queue

_JOBS = text("""
SELECT job.id, job.task_name, job.status::text AS status, job.attempts, one.name AS worker,
       worker.last_heartbeat AS beat_at, (
    SELECT max(at) FROM procrastinate_events event WHERE event.job_id = job.id
      AND event.type::text IN ('started', 'deferred', 'deferred_for_retry')
) AS since_at
FROM procrastinate_jobs job
LEFT JOIN queue_worker one ON one.id = job.worker_id
LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.queue_name = :queue AND job.status IN ('todo', 'doing')
ORDER BY job.status::text = 'todo', job.id LIMIT :limit
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """A central queue: who serves it, and how many jobs wait and run."""

    name: str
    workers: tuple[WorkerSeen, ...]
    waiting: int
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeen:
    """A job that waits (todo) or runs (doing) since `since_at`; `beat_at` is its worker's."""

    id: int
    task: str
    status: str
    attempts: int
    worker: str | None
    beat_at: datetime | None
    since_at: datetime | None


def central(ctx: Context) -> tuple[Depth, ...]:
    """The queues of everybody's, by name. Needs `organization.read`."""
    ctx.require("organization.read")
    return tuple(
        Depth(
            name=name, workers=workers_of(ctx, name), waiting=counts.get("todo", 0),
            running=counts.get("doing", 0),
        )
        for name, counts in ((name, jobs_in(ctx, name)) for name in QUEUES)
    )  # fmt: skip


def jobs(ctx: Context, queue: WorkerQueue | str) -> tuple[JobSeen, ...]:
    """What runs in a queue and what waits longest, by number. Needs `organization.read` on it."""
    if isinstance(queue, str):
        ctx.require("organization.read")
        name = queue
    else:
        ctx.require("organization.read", queue)
        name = queue.name
    return tuple(
        JobSeen(
            id=row.id, task=row.task_name, status=row.status, attempts=row.attempts,
            worker=row.worker, beat_at=row.beat_at, since_at=row.since_at,
        )
        for row in ctx.session.execute(_JOBS, {"queue": name, "limit": SHOWN})
    )  # fmt: skip
