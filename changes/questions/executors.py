"""Who approved a change and had it executed afterwards: four eyes that were two. Reads only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CTE, Text, cast, or_, select, tuple_
from sqlalchemy.orm import joinedload

from changes.models import Approval, ChangeRequest
from changes.questions import scope
from changes.questions.answers import Given, Question, Row
from core.audit import AuditRecord, Subject
from core.context import Context

EXECUTED = (
    "change.queued", "change.resumed", "change.roll_back_requested", "change.glass_broken",
)  # fmt: skip
"""What a person does to have a change run, run on or run back."""


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """One row an approval and an act of the same person on the same change, the newest first."""
    since, until = scope.span(given)
    met = _met(since, until)
    query = (
        select(Approval, AuditRecord)
        .join_from(met, Approval, Approval.id == met.c.vote)
        .join(AuditRecord, AuditRecord.id == met.c.act)
        .where(scope.audited(ctx, Approval.change_id))
        .order_by(AuditRecord.id.desc(), Approval.id.desc())
        .limit(limit)
        .options(
            joinedload(Approval.person), joinedload(Approval.behalf),
            joinedload(Approval.change).load_only(ChangeRequest.id, ChangeRequest.title),
        )
    )  # fmt: skip
    if (seen := scope.place(after, parts=2)) is not None:
        query = query.where(tuple_(AuditRecord.id, Approval.id) < tuple_(*seen))
    return [_row(vote, record) for vote, record in ctx.session.execute(query)]


def _met(since: datetime, until: datetime) -> CTE:
    """The votes and acts that belong together, by their ids, whoever may see them.

    The acts are found first and once: looking up each vote's by itself takes a search a vote.
    """
    columns = ("id", "subject_id", "actor_id", "recorded_at")
    acts = (
        select(*(getattr(AuditRecord, name) for name in columns))
        .where(AuditRecord.action.in_(EXECUTED), AuditRecord.subject_type == "change_request")
        .where(AuditRecord.actor_id.is_not(None), AuditRecord.recorded_at >= since)
        .cte("acts")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(Approval.id.label("vote"), acts.c.id.label("act"))
        .join(acts, acts.c.subject_id == cast(Approval.change_id, Text))
        .where(or_(acts.c.actor_id == Approval.person_id, acts.c.actor_id == Approval.behalf_id))
        .where(Approval.decision == "approved", acts.c.recorded_at >= Approval.decided_at)
        .where(Approval.decided_at >= since, Approval.decided_at < until)
        .cte("met")
        .prefix_with("MATERIALIZED")
    )


def _row(vote: Approval, record: AuditRecord) -> Row:
    who = Subject(type="person", id=str(record.actor_id), label=record.actor_name)
    what = scope.change_subject(vote.change)
    return Row(
        place=f"{record.id}:{vote.id}", at=record.recorded_at, who=who, did=record.action,
        what=what,
        cells=(
            who, what, vote.stage, scope.person_subject(vote.person),
            scope.person_subject(vote.behalf) if vote.behalf else None, vote.decided_at,
            "void" if vote.voided_at else "counts", record.action, record.recorded_at,
        ),
    )  # fmt: skip


QUESTION = Question(
    name="approver-executed",
    title="Who approved a change and later had it executed?",
    note="One row an act that put a change into the queue, went on with it, took it back or broke "
    "its glass, by a person whose approval of the same change, given or "
    "given on their behalf, came before.",
    parameters=(scope.SINCE, scope.UNTIL),
    columns=(
        "person", "change", "stage", "approved by", "on behalf of", "approved at", "vote",
        "then did", "done at",
    ),
    read=read,
)  # fmt: skip
