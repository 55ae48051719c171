"""What a running job has: its kind, the platform's contexts, and the sign to stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import ClassVar

from psycopg import errors as postgres
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from core.actor import Origin
from core.context import Context
from core.errors import TrimtabError
from core.runtime import Runtime
from operations.job_kinds import JobKind

_HELD = text("""
SELECT true FROM procrastinate_jobs
WHERE id = :id AND attempts = :attempts AND status = 'doing' FOR SHARE
""")


class JobTaken(TrimtabError):
    """The worker was silent for so long that its job was given to another one."""

    code: ClassVar[str] = "job_taken"


class DatabaseLost(TrimtabError):
    """The database went away under a job, which begins again when it is back."""

    code: ClassVar[str] = "database_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A job as it was taken: while the attempts are these, it is this worker's."""

    job_id: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One job under way. `stopping` is set when the platform ends and wants the job to."""

    runtime: Runtime
    kind: JobKind
    worker: str
    stopping: Event
    held: Held | None = None
    lost: Event = field(default_factory=Event)

    @property
    def request_id(self) -> str | None:
        """How the job's audit records name it."""
        return None if self.held is None else f"job {self.held.job_id}"

    @property
    def begins_again(self) -> bool:
        """Whether an earlier run of the job was lost with its worker."""
        return self.held is not None and self.held.attempts > 0

    @contextmanager
    def context(self) -> Iterator[Context]:
        """A unit of work with this job's permissions and no others.

        Commits only while the job is still this worker's, or raises JobTaken: what two workers
        brought is kept once. Raises DatabaseLost once the database went away under the job.
        """
        if self.lost.is_set():
            raise DatabaseLost(f"The database went away under {self.kind.name}.")
        origin = Origin(door="job", request_id=self.request_id)
        try:
            with self.runtime.context(self.kind.actor, origin) as ctx:
                yield ctx
                self._require_held(ctx)
        except OperationalError as error:
            if _is_cut(error):
                self.lost.set()
            raise

    def _require_held(self, ctx: Context) -> None:
        """Hold the job against being given away until the commit."""
        if self.held is None:
            return
        asked = {"id": self.held.job_id, "attempts": self.held.attempts}
        if ctx.session.scalar(_HELD, asked) is None:
            raise JobTaken(
                f"Job {self.held.job_id} was given to another worker while this one was cut off; "
                "what this one brought is dropped."
            )


def _is_cut(error: OperationalError) -> bool:
    """Whether the connection itself failed, rather than a statement that met a lock."""
    state = getattr(error.orig, "sqlstate", None)
    return state is None or isinstance(
        error.orig, postgres.AdminShutdown | postgres.CrashShutdown | postgres.CannotConnectNow
    )
