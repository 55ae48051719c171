"""Keep what Ansible tells, in order, as it comes. Decides nothing about the run."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import OperationalError

from changes.ansible import Told
from changes.models import ExecutionEvent
from core.actor import Actor, Origin
from core.runtime import Runtime

WRITER = Actor(name="trimtab executor")


@dataclass(slots=True, kw_only=True)
class Journal:
    """Writes each event at once; while the database is away events wait here, in order.

    Nothing that a device said is lost to a database that comes back during the run.
    """

    runtime: Runtime
    run_id: int
    waiting: list[tuple[datetime, Told]] = field(default_factory=list)

    def tell(self, told: Told) -> None:
        """Keep one event; a database that is away stops no run."""
        self.waiting.append((self.runtime.now(), told))
        with suppress(OperationalError):
            self.flush()

    def flush(self) -> None:
        """Write what waits, or raise OperationalError and keep it."""
        with self.runtime.context(WRITER, Origin(door="job")) as ctx:
            ctx.session.add_all(self._row(at, told) for at, told in self.waiting)
        self.waiting.clear()

    def _row(self, at: datetime, told: Told) -> ExecutionEvent:
        return ExecutionEvent(
            run_id=self.run_id, at=at, kind=told.kind, host=told.host, task=told.task,
            status=told.status, text=told.text,
        )  # fmt: skip
