"""Everything that a person did, as the log has it. Reads only."""

import json
from collections.abc import Sequence

from sqlalchemy import select

from changes.questions import scope
from changes.questions.answers import Given, Parameter, Question, Row
from core.audit import AuditRecord, Subject
from core.context import Context
from core.errors import NotPermitted
from core.identities import readable
from organization.models import Person, PostHolding


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """The person's records, the newest first.

    Needs `audit.read` over the whole organization, or in a unit where the person holds or held a
    post.
    """
    person = scope.person(ctx, given["person"])
    _require(ctx, person)
    since, until = scope.span(given)
    query = select(AuditRecord).where(AuditRecord.actor_id == person.id)
    if "since" in given:
        query = query.where(AuditRecord.recorded_at >= since)
    if "until" in given:
        query = query.where(AuditRecord.recorded_at < until)
    if "action" in given:
        query = query.where(AuditRecord.action == given["action"])
    if (seen := scope.place(after)) is not None:
        query = query.where(AuditRecord.id < seen[0])
    rows = ctx.session.scalars(query.order_by(AuditRecord.id.desc()).limit(limit)).all()
    told = readable(ctx.session, [one.facts for one in rows])
    return [_row(one, facts) for one, facts in zip(rows, told, strict=True)]


def _require(ctx: Context, person: Person) -> None:
    if ctx.authority.allows(ctx.session, ctx.person, scope.AUDIT, person.governing_unit_id):
        return
    held = scope.posted(ctx).where(PostHolding.person_id == person.id)
    if ctx.session.scalar(held.limit(1)) is None:
        raise NotPermitted(
            f"{person.username} holds and held no post in the units that {ctx.person.name} audits.",
            permission=scope.AUDIT,
        )


def _row(record: AuditRecord, told: object) -> Row:
    what = Subject(type=record.subject_type, id=record.subject_id, label=record.subject_label)
    origin = json.loads(record.canonical)["origin"]
    facts = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return Row(
        place=str(record.id), at=record.recorded_at, did=record.action, what=what,
        who=Subject(type="person", id=str(record.actor_id), label=record.actor_name),
        door=origin["door"], address=origin["address"] or "",
        cells=(
            record.recorded_at, record.action, what, facts, origin["door"], origin["address"],
            str(record.record_id),
        ),
    )  # fmt: skip


QUESTION = Question(
    name="person",
    title="What did a person do?",
    note="One row a record of the log, the newest first; records before the person had an account "
    "are not theirs. A sign-in that was refused is nobody's.",
    parameters=(
        Parameter(name="person", kind="text", title="Username", required=True),
        Parameter(name="action", kind="text", title="Only this action"), scope.SINCE, scope.UNTIL,
    ),
    columns=("at", "action", "subject", "facts", "door", "address", "record"),
    read=read, of_records=True,
)  # fmt: skip
