"""What was sent to devices in a change's runs, and what Ansible said of it. Reads only."""

from collections.abc import Sequence

from sqlalchemy import select

from changes.models import ChangeRun, ExecutionEvent
from changes.packs.differences import cut
from changes.packs.people import when
from changes.packs.report import Block, Comparison, Line, Section, Words, table
from core.audit import AuditRecord
from core.context import Context
from core.counting import counted

MOST = 500  # rows of the table of events
SESSIONS = 150  # sessions that are told line by line
LONGEST = 200  # characters of what an event says
SILENT = ("playbook_on_task_start", "playbook_on_stats")
"""Events that only say that a task begins, or count the others."""


def said(ctx: Context, runs: Sequence[ChangeRun]) -> Section:
    """What Ansible said a task and device at a time, then each session by what was sent."""
    keys = [one.id for one in runs]
    return Section(
        title="What was sent, and what was said",
        blocks=(*_events(ctx, keys), *_sessions(ctx, keys)),
    )


def _events(ctx: Context, runs: Sequence[int]) -> Sequence[Block]:
    found = ctx.session.scalars(
        select(ExecutionEvent)
        .where(ExecutionEvent.run_id.in_(runs), ExecutionEvent.kind.not_in(SILENT))
        .order_by(ExecutionEvent.run_id, ExecutionEvent.number)
    ).all()
    if not found:
        return (Words(text="Ansible said nothing."),)
    rows = [
        (when(one.at), one.host or "-", one.task or "-", one.status or one.kind, _first(one.text))
        for one in found
    ]
    columns = ("when (UTC)", "device", "task", "is", "said")
    return (
        table(columns, rows, widths=(14, 16, 28, 10, 32), most=MOST),
        Words(text="All that was said, to the letter, is in executions/.", manner="quiet"),
    )


def _first(text: str) -> str:
    """The first line that says anything, so long as a table bears it."""
    line = next((one for one in map(str.strip, text.splitlines()) if one), "-")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _sessions(ctx: Context, runs: Sequence[int]) -> Sequence[Block]:
    found = ctx.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.execution_id.in_(runs), AuditRecord.action == "session.held")
        .order_by(AuditRecord.id)
    ).all()
    blocks: list[Block] = [_session(one) for one in found[:SESSIONS]]
    if len(found) > SESSIONS:
        blocks.append(
            Words(text=f"{len(found) - SESSIONS} more sessions are told by records only.")
        )
    return blocks


def _session(record: AuditRecord) -> Block:
    """A session as its record tells it: secrets were covered before anything was kept."""
    sent = record.facts.get("commands")
    lines = [str(one) for one in sent] if isinstance(sent, list) else []
    many = int(str(record.facts.get("commands_count", len(lines))))
    return Comparison(
        title=f"Sent to {record.subject_label} on {when(record.recorded_at)} UTC, to "
        f"{record.facts.get('purpose')}: {counted(many, 'line')}",
        lines=cut([Line(kind="equal", text=one) for one in lines]),
    )
