"""Put a job into the queue inside the caller's transaction. Never runs one."""

import json

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.audit import Fact
from core.context import Context

_DEFER = text("""
SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(
    :queue, :task, :priority, :lock, :queueing_lock, CAST(:args AS jsonb), NULL
)::procrastinate_job_to_defer_v1]))
""")
_WAITING = text("""
SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = :queueing_lock AND status = 'todo'
""")


def enqueue(
    ctx: Context, task: str, *, queue: str = "default", lock: str | None = None,
    queueing_lock: str | None = None, priority: int = 0, args: dict[str, Fact] | None = None,
) -> int | None:  # fmt: skip
    """Enqueue with the transaction; None when a job with the same queueing lock waits already.

    Jobs of one `lock` run one after another; `queueing_lock` keeps one waiting job at most.
    """
    if queueing_lock is not None and ctx.session.scalar(_WAITING, {"queueing_lock": queueing_lock}):
        return None
    told = {
        "queue": queue,
        "task": task,
        "priority": priority,
        "lock": lock,
        "queueing_lock": queueing_lock,
        "args": json.dumps(args or {}),
    }
    try:
        with ctx.session.begin_nested():
            job: int | None = ctx.session.scalar(_DEFER, told)
            return job
    except IntegrityError:
        if queueing_lock is None:
            raise
        return None  # another transaction enqueued it between the look and the insert
