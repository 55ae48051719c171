"""Put jobs into the queue inside the caller's transaction. Never runs one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.audit import Fact
from core.context import Context

_DEFER = text("""
SELECT unnest(procrastinate_defer_jobs_v1(array_agg(ROW(
    queue, task, priority, lock, queueing_lock, args,
    clock_timestamp() + make_interval(secs => delay)
)::procrastinate_job_to_defer_v1 ORDER BY number)))
FROM ROWS FROM (jsonb_to_recordset(CAST(:jobs AS jsonb)) AS (
    queue text, task text, priority integer, lock text, queueing_lock text, args jsonb,
    delay double precision
)) WITH ORDINALITY AS told(queue, task, priority, lock, queueing_lock, args, delay, number)
""")
_WAITING = text("""
SELECT told.lock FROM unnest(CAST(:locks AS text[])) AS told(lock) WHERE EXISTS (
    SELECT FROM procrastinate_jobs WHERE queueing_lock = told.lock AND status = 'todo'
)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job to be. It begins `delay` seconds from now at the earliest, by the database's clock.

    Jobs of one `lock` run one after another; `queueing_lock` keeps one waiting job at most.
    """

    task: str
    queue: str = "default"
    lock: str | None = None
    queueing_lock: str | None = None
    priority: int = 0
    args: Mapping[str, Fact] = field(default_factory=dict)
    delay: float | None = None


def enqueue(
    ctx: Context, task: str, *, queue: str = "default", lock: str | None = None,
    queueing_lock: str | None = None, priority: int = 0, args: dict[str, Fact] | None = None,
    delay: float | None = None,
) -> int | None:  # fmt: skip
    """Enqueue with the transaction; None when a job with the same queueing lock waits already."""
    job = Job(
        task=task, queue=queue, lock=lock, queueing_lock=queueing_lock, priority=priority,
        args=args or {}, delay=delay,
    )  # fmt: skip
    return enqueue_all(ctx, [job])[0]


def enqueue_all(ctx: Context, jobs: Sequence[Job]) -> list[int | None]:
    """Enqueue many with two statements; what each became, None where its like waits already."""
    locks = [one.queueing_lock for one in jobs if one.queueing_lock is not None]
    waiting = set(ctx.session.scalars(_WAITING, {"locks": locks})) if locks else set()
    wanted = [one for one in jobs if one.queueing_lock not in waiting]
    if not wanted:
        return [None] * len(jobs)
    told = json.dumps([asdict(one) for one in wanted])
    try:
        with ctx.session.begin_nested():
            ids = iter(sorted(ctx.session.scalars(_DEFER, {"jobs": told})))
    except IntegrityError:
        # Another transaction enqueued one of them between the look and the insert.
        if len(jobs) > 1:
            return [enqueue_all(ctx, [one])[0] for one in jobs]
        if jobs[0].queueing_lock is None:
            raise
        return [None]
    return [None if one.queueing_lock in waiting else next(ids) for one in jobs]
