"""What a running job has: its kind, the platform's contexts, and the sign to stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from core.actor import Origin
from core.context import Context
from core.runtime import Runtime
from operations.job_kinds import JobKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One job under way. `stopping` is set when the platform ends and wants the job to."""

    runtime: Runtime
    kind: JobKind
    worker: str
    stopping: Event
    request_id: str | None = None

    @contextmanager
    def context(self) -> Iterator[Context]:
        """A unit of work with this job's permissions and no others."""
        origin = Origin(door="job", request_id=self.request_id)
        with self.runtime.context(self.kind.actor, origin) as ctx:
            yield ctx
