"""Puts right what dead workers left in the queue, and clears what is done. Never runs a job."""

from dataclasses import dataclass

from sqlalchemy import text

from core.context import Context
from operations.job_kinds import KINDS
from operations.queues import SILENT_SECONDS

KEPT_HOURS = 48

_STALLED = text("""
SELECT job.id, job.task_name, EXISTS (
    SELECT FROM procrastinate_jobs other
    WHERE other.queueing_lock = job.queueing_lock AND other.status = 'todo'
) AS succeeded_by_another
FROM procrastinate_jobs job
LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
  AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :silent))
ORDER BY job.id FOR UPDATE OF job SKIP LOCKED
""")
_AGAIN = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
_GIVE_UP = text("SELECT procrastinate_finish_job_v1(:id, 'failed', false)")
_CLEAR = text("""
WITH ended AS (
    SELECT job_id FROM procrastinate_events GROUP BY job_id
    HAVING max(at) < now() - make_interval(hours => :hours)
), gone AS (
    DELETE FROM procrastinate_jobs job USING ended
    WHERE job.id = ended.job_id AND job.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
    RETURNING 1
)
SELECT count(*) FROM gone
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """How many jobs of dead workers run again, and how many were given up."""

    again: int
    given_up: int


def mend_stalled(ctx: Context) -> Mended:
    """Queue the jobs of silent workers again, but for those whose own claims decide that.

    A job that another waiting one replaces is given up too.
    """
    again = given_up = 0
    for job in ctx.session.execute(_STALLED, {"silent": SILENT_SECONDS}).all():
        kind = KINDS.get(job.task_name)
        if kind is None or not kind.again_after_crash or job.succeeded_by_another:
            ctx.session.execute(_GIVE_UP, {"id": job.id})
            given_up += 1
        else:
            ctx.session.execute(_AGAIN, {"id": job.id})
            again += 1
    return Mended(again=again, given_up=given_up)


def clear_finished(ctx: Context) -> int:
    """Delete jobs that ended more than two days ago; returns how many."""
    return int(ctx.session.scalar(_CLEAR, {"hours": KEPT_HOURS}) or 0)
