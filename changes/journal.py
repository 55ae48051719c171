"""Keep what Ansible tells, in order, as it comes. Decides nothing about the run.

Each event has its number within the run, and a sealed record with the digest of its canonical line:
none can be altered, left out, put in between or told in another order without a trace. So have the
sessions that a task held with devices.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from changes.ansible import Told
from changes.models import ChangeRun, ExecutionEvent
from core.actor import Actor, Origin
from core.audit import Subject
from core.canonical import canonical
from core.context import Action, Context, Work
from core.runtime import Runtime
from inventory import held_sessions

WRITER = Actor(name="trimtab executor")


def event_document(row: ExecutionEvent) -> bytes:
    """The event's canonical line (RFC 8785, no line end); its record holds the SHA-256 of it."""
    return canonical(
        {
            "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "execution": row.run_id, "host": row.host, "kind": row.kind, "number": row.number,
            "status": row.status, "task": row.task, "text": row.text,
        }
    )  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Journal:
    """Writes each event at once; while the database is away events wait here, in order.

    Nothing that a device said is lost to a database that comes back during the run, and nothing is
    written twice where it went away in the middle of a commit. A run has one journal at a time.
    """

    runtime: Runtime
    run_id: int
    waiting: list[tuple[datetime, Told]] = field(default_factory=list)
    change_id: int | None = None  # as the database has it
    last: int | None = None  # the number of the last event that is certainly kept
    unsure: bool = True  # whether the database may have kept more

    def tell(self, told: Told) -> None:
        """Keep one event; a database that is away stops no run."""
        self.waiting.append((self.runtime.now(), told))
        with suppress(OperationalError):
            self.flush()

    def flush(self) -> None:
        """Write what waits, or raise OperationalError and keep it."""
        if not self.waiting:
            return
        with self.runtime.context(WRITER, Origin(door="job")) as ctx:
            first = self._next(ctx)
            ctx.work = Work(change_id=self.change_id, execution_id=self.run_id)
            self.unsure = True
            rows = [self._row(at, one, first + step) for step, (at, one) in enumerate(self.waiting)]
            ctx.session.add_all(rows)
            ctx.record_all(self._actions(ctx, rows))
        self.last, self.unsure = first + len(rows) - 1, False
        self.waiting.clear()

    def _next(self, ctx: Context) -> int:
        """The next number; what a commit kept whose answer never came waits no more."""
        if self.unsure or self.last is None:
            kept = select(func.coalesce(func.max(ExecutionEvent.number), 0)).where(
                ExecutionEvent.run_id == self.run_id
            )
            run = select(ChangeRun.change_id, kept.scalar_subquery())
            told = ctx.session.execute(run.where(ChangeRun.id == self.run_id))
            self.change_id, found = told.one()
            if self.last is not None:
                del self.waiting[: found - self.last]
            self.last = found
        return self.last + 1

    def _row(self, at: datetime, told: Told, number: int) -> ExecutionEvent:
        return ExecutionEvent(
            run_id=self.run_id, number=number, at=at, kind=told.kind, host=told.host,
            task=told.task, status=told.status, text=told.text,
        )  # fmt: skip

    def _actions(self, ctx: Context, rows: Sequence[ExecutionEvent]) -> Iterator[Action]:
        for row, (_, told) in zip(rows, self.waiting, strict=True):
            yield self._action(row)
            yield from held_sessions.records_of(ctx, told.sessions)

    def _action(self, row: ExecutionEvent) -> Action:
        return Action(
            action="execution.event",
            subject=Subject(type="change_run", id=str(self.run_id), label=f"run {self.run_id}"),
            facts={
                "number": row.number, "host": row.host, "kind": row.kind, "status": row.status,
                "sha256": hashlib.sha256(event_document(row)).hexdigest(),
            },
        )  # fmt: skip
