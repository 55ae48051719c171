"""Every change on a device with its approvals. Reads only."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from changes.models import Approval, ChangeRequest, ChangeTarget
from changes.questions import scope
from changes.questions.answers import Given, Parameter, Question, Row
from core.context import Context


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """The device's changes by when they were requested, the newest first."""
    device = scope.device(ctx, given["device"])
    since, until = scope.span(given)
    query = (
        select(ChangeTarget)
        .join(ChangeRequest, ChangeRequest.id == ChangeTarget.change_id)
        .where(ChangeTarget.device_id == device.id)
        .where(ChangeRequest.requested_at >= since, ChangeRequest.requested_at < until)
        .order_by(ChangeTarget.change_id.desc())
        .options(
            joinedload(ChangeTarget.change).joinedload(ChangeRequest.requested_by),
            joinedload(ChangeTarget.change)
            .selectinload(ChangeRequest.approvals)
            .options(joinedload(Approval.person), joinedload(Approval.behalf)),
            joinedload(ChangeTarget.change).selectinload(ChangeRequest.grants),
        )
    )
    if (seen := scope.place(after)) is not None:
        query = query.where(ChangeTarget.change_id < seen[0])
    return [_row(one) for one in ctx.session.scalars(query.limit(limit))]


def _row(target: ChangeTarget) -> Row:
    change, who = target.change, scope.person_subject(target.change.requested_by)
    what = scope.change_subject(change)
    return Row(
        place=str(change.id), at=change.requested_at, who=who, did="change.requested", what=what,
        cells=(
            what, change.kind, change.state, who, change.requested_at,
            "; ".join(told(one) for one in change.approvals), _freed(change), target.touched_at,
            target.state, change.closed_at, change.digest,
        ),
    )  # fmt: skip


def told(vote: Approval) -> str:
    """A vote in words: who, what, in which stage, when, for whom, and whether it became void."""
    behalf = f" for {vote.behalf.username}" if vote.behalf else ""
    void = f", void {vote.voided_at:%F %H:%M %Z}: {vote.void_reason}" if vote.voided_at else ""
    return (
        f"{vote.person.username}{behalf} {vote.decision} ({vote.stage}) "
        f"{vote.decided_at:%F %H:%M %Z}{void}"
    )


def _freed(change: ChangeRequest) -> str:
    """What let it run beside votes: its entry in the catalogue, or a broken glass."""
    ways = [f"glass broken {one.broken_at:%F %H:%M %Z}" for one in change.grants]
    if change.kind == "standard":
        ways.append("standard change, approved with its entry in the catalogue")
    return "; ".join(ways)


QUESTION = Question(
    name="device",
    title="Which changes were there on a device, and who approved them?",
    note="One row a change request, with all votes that were ever given on it; void ones say why. "
    "Changes without a request are a question of their own.",
    parameters=(
        Parameter(name="device", kind="text", title="Hostname", required=True),
        scope.SINCE, scope.UNTIL,
    ),
    columns=(
        "change", "kind", "state", "requested by", "requested at", "approvals", "also let run by",
        "touched at", "device is", "closed at", "digest",
    ),
    read=read,
)  # fmt: skip
