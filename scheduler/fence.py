"""A job belongs to whoever took it last: whoever lost it can neither end it nor queue it again.

The number of attempts is the fence: queueing a dead worker's job again raises it.
"""

import logging
from datetime import datetime

from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from typing_extensions import override

log = logging.getLogger(__name__)

_HELD = """
WITH held AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs
    WHERE id = %(job_id)s AND attempts = %(attempts)s AND status = 'doing' FOR UPDATE
) SELECT {act} FROM held
"""
_FINISH = _HELD.format(act="procrastinate_finish_job_v1(id, %(status)s, %(delete_job)s)")
_AGAIN = _HELD.format(
    act="procrastinate_retry_job_v2(id, %(retry_at)s, %(priority)s, %(queue)s, %(lock)s)"
)


class FencedJobs(JobManager):
    """Ends and queues again only what its worker still holds; else the other one's word counts."""

    @override
    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        await self._told(_FINISH, job, status=status.value, delete_job=delete_job)

    @override
    async def retry_job(
        self, job: Job, retry_at: datetime | None = None, priority: int | None = None,
        queue: str | None = None, lock: str | None = None,
    ) -> None:  # fmt: skip
        await self._told(_AGAIN, job, retry_at=retry_at, priority=priority, queue=queue, lock=lock)

    async def _told(self, query: str, job: Job, **facts: object) -> None:
        held = await self.connector.execute_query_all_async(
            query, job_id=job.id, attempts=job.attempts, **facts
        )
        if not held:
            log.warning("job %s was taken from this worker while it was cut off", job.id)
