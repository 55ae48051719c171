"""The records of a pack told one by one, for people. Reads only."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import select

from changes.packs import selecting
from changes.packs.people import short, when
from changes.packs.places import Places
from changes.packs.report import Row, Section, Table, Words, table
from changes.packs.told import acting_for
from core.audit import AuditRecord, Fact
from core.context import Context
from core.counting import counted
from core.identities import readable

MOST = 2000
"""Records that a report tells of; all of them are in the evidence document."""
SALIENT = (
    "reason", "note", "body", "outcome", "detail", "state", "verdict", "as_declared", "kind",
    "stage", "devices", "digest", "before", "after", "decision", "person", "host", "status",
    "purpose", "commands_count", "number",
)  # fmt: skip
FOUND = ("finding", "event", "problem")
FOUND_FACTS = ("verdict", "verdict_reason", "severity", "kind", "reason", "note", "change", "until")
LONGEST = 200
DIGEST = re.compile(r"[0-9a-f]{64}")
COLUMNS = ("when (UTC)", "who", "what", "about", "said", "place")


def findings(ctx: Context, placed: Places) -> tuple[Section, ...]:
    """What was found wrong with devices, and what was noticed, as the records tell it."""
    rows = ctx.session.scalars(
        select(AuditRecord)
        .where(selecting.numbered(placed.records), AuditRecord.subject_type.in_(FOUND))
        .order_by(AuditRecord.id)
        .limit(MOST + 1)
    ).all()
    told = [
        (when(row.recorded_at), row.action.replace(".", " ").replace("_", " "), row.subject_label,
         said(row.facts, FOUND_FACTS))
        for row in rows
    ]  # fmt: skip
    columns = ("when (UTC)", "what", "about", "said")
    block = table(columns, told, widths=(15, 17, 28, 40), most=MOST)
    return (Section(title="Findings and events", blocks=(block,)),) if told else ()


def timeline(ctx: Context, placed: Places) -> Section:
    """Every record in the order of the log, each with its place there."""
    told = dict(zip(placed.records, placed.positions, strict=True))
    first = placed.records[:MOST]
    rows = ctx.session.scalars(select(AuditRecord).where(AuditRecord.id.in_(first))).all()
    facts = cast("list[Mapping[str, Fact]]", readable(ctx.session, [row.facts for row in rows]))
    lines = sorted(
        (told[row.id], _row(told[row.id], row, one)) for row, one in zip(rows, facts, strict=True)
    )
    return Section(
        title="Everything in the order of the log",
        blocks=(
            Words(
                text="Each row is a record of the signed log. Its place there is told last, "
                "counted from 0: `position` in evidence.json, which holds its record_id, too. "
                f"{counted(len(placed.records), 'record belongs', 'records belong')} to this pack.",
                manner="quiet",
            ),
            Table(
                columns=COLUMNS, rows=tuple(row for _, row in lines),
                widths=(15, 15, 17, 21, 40, 7), left_out=len(placed.records) - len(first),
            ),
        ),
    )  # fmt: skip


def _row(position: int, row: AuditRecord, facts: Mapping[str, Fact]) -> Row:
    return (
        when(row.recorded_at), _who(row), row.action.replace(".", " ").replace("_", " "),
        f"{row.subject_type.replace('_', ' ')} {row.subject_label}", said(facts), str(position),
    )  # fmt: skip


def _who(row: AuditRecord) -> str:
    """Whoever acted, and for which post."""
    post = acting_for(row.canonical)
    return f"{row.actor_name}, as {post}" if post else row.actor_name


def said(facts: Mapping[str, Fact], salient: Sequence[str] = SALIENT) -> str:
    """What of a record's facts a person looks for, in a line."""
    parts = [
        f"{name.replace('_', ' ')}: {words(facts[name])}"
        for name in salient
        if facts.get(name) not in (None, "", [], {})
    ]
    told = "; ".join(parts)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def words(fact: Fact) -> str:
    """A fact as people write it."""
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, str | int | float) or fact is None:
        return _hashed(str(fact)) if fact is not None else "-"
    if isinstance(fact, list) and fact and all(isinstance(one, int) for one in fact):
        return f"{len(fact)}, told by number"  # keys of rows say nothing to people
    if isinstance(fact, Mapping):
        return ", ".join(f"{name} {words(value)}" for name, value in fact.items())
    return ", ".join(words(one) for one in fact)


def _hashed(text: str) -> str:
    """A digest by its beginning; the record has all of it."""
    return short(text) if DIGEST.fullmatch(text) else text
