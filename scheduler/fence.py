"""A job belongs to whoever took it last: whoever lost it can neither end it nor queue it again.

The number of attempts is the fence: queueing a dead worker's job again raises it.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from procrastinate.exceptions import ConnectorException
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
_BEAT = """
SELECT procrastinate_update_heartbeat_v1(id) FROM procrastinate_workers WHERE id = %(worker_id)s
"""
_AGAIN = _HELD.format(
    act="procrastinate_retry_job_v2(id, %(retry_at)s, %(priority)s, %(queue)s, %(lock)s)"
)


class FencedJobs(JobManager):
    """Ends and queues again only what its worker still holds; else the other one's word counts."""

    _struck_off = False

    @override
    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        await self._told(_FINISH, job, status=status.value, delete_job=delete_job)

    @override
    async def retry_job(
        self, job: Job, retry_at: datetime | None = None, priority: int | None = None,
        queue: str | None = None, lock: str | None = None,
    ) -> None:  # fmt: skip
        await self._told(_AGAIN, job, retry_at=retry_at, priority=priority, queue=queue, lock=lock)

    @override
    async def update_heartbeat(self, worker_id: int) -> None:
        """Beat; a silent worker was struck off, and only registers anew when it ends."""
        beaten = await self.connector.execute_query_all_async(_BEAT, worker_id=worker_id)
        self._struck_off = not beaten

    @override
    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The next job. A worker that was struck off ends here: the engine looks at no beat."""
        if self._struck_off:
            raise ConnectorException(f"worker {worker_id} was struck off while it was cut off")
        return await super().fetch_job(queues, worker_id)

    async def _told(self, query: str, job: Job, **facts: object) -> None:
        held = await self.connector.execute_query_all_async(
            query, job_id=job.id, attempts=job.attempts, **facts
        )
        if not held:
            log.warning("job %s was taken from this worker while it was cut off", job.id)
