"""The logs of executions in a pack: an event a line, each bound by a record. Reads only."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import select

from changes.journal import event_document
from changes.models import ChangeRun, ExecutionEvent
from changes.packs import selecting
from changes.packs.spool import Spool
from core.audit import AuditRecord
from core.context import Context

BATCH = 1000


def add_executions(
    ctx: Context, spool: Spool, changes: Sequence[int], records: Collection[int]
) -> list[str]:
    """The log of each run of these changes; returns the runs with events that no record tells."""
    told, unbound = _told(ctx, records), list[str]()
    runs = select(ChangeRun.id).where(ChangeRun.change_id.in_(changes)).order_by(ChangeRun.id)
    for run in ctx.session.scalars(runs).all():
        if run in told:
            spool.add_all(f"executions/{run}.jsonl", _lines(ctx, run, told[run]))
        elif _has_events(ctx, run):
            unbound.append(str(run))
    return unbound


def _told(ctx: Context, records: Collection[int]) -> Mapping[int, set[int]]:
    """By run the numbers of the events that records of the pack tell of."""
    query = select(AuditRecord.subject_id, AuditRecord.facts["number"].as_integer()).where(
        selecting.numbered(records), AuditRecord.action == "execution.event"
    )
    found: dict[int, set[int]] = {}
    for run, number in ctx.session.execute(query):
        found.setdefault(int(run), set()).add(number)
    return found


def _lines(ctx: Context, run: int, numbers: set[int]) -> Iterator[bytes]:
    query = (
        select(ExecutionEvent).where(ExecutionEvent.run_id == run).order_by(ExecutionEvent.number)
    )
    for row in ctx.session.scalars(query.execution_options(yield_per=BATCH)):
        if row.number in numbers:
            yield event_document(row) + b"\n"


def _has_events(ctx: Context, run: int) -> bool:
    query = select(ExecutionEvent.id).where(ExecutionEvent.run_id == run).limit(1)
    return ctx.session.scalar(query) is not None
