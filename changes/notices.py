"""Who is to be told of a change: voters, requesters, reviewers. Derived from where changes stand.

Looked at time and again rather than when something happens: so nothing that happens to a change
can fail for a notice, whoever votes by then is told, and far workers need to tell nobody. What was
told once is not told again (`operations.notices`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select

from changes import approvals
from changes.approving.stages import APPROVE, Stage
from changes.approving.voters import Voice, may, voters
from changes.emergency.reviews import OVER, reviews_of
from changes.models import Approval, BreakGlass, ChangeRequest
from changes.requests import devices_of, plan_of
from changes.states import FINAL, State
from core.audit import Fact
from core.context import Context
from core.counting import counted
from operations import notices
from operations.notices import Note, Topic
from organization.models import Person
from organization.people import actor_of
from organization.permissions import Remembering, holders

LOOKED_AT = 2000  # changes that are open or ended lately, newest first
AT_A_TIME = 100  # of them in one look, which should not last
AGAIN = timedelta(minutes=10)  # until what stands as before is looked at once more
ENDED = FINAL | {State.INTERRUPTED}
RECENT = timedelta(days=1)  # of ends that are still told
REMINDED = timedelta(hours=24)  # before a review is overdue, or a quarter of its time


def tell(ctx: Context) -> int:
    """Note for each person what is new to them, and let it be sent; how many notices.

    Looks at what stands otherwise than before, and at all that is open now and then: posts and
    deputies come and go. Needs `change.read`.
    """
    ctx.require("change.read")
    told = 0
    remembering = replace(ctx, authority=Remembering(ctx.authority))
    standing = _standing(ctx)
    for change_id in _due(ctx, standing)[:AT_A_TIME]:
        change = ctx.get(ChangeRequest, int(change_id.partition(":")[2]))
        told += note(ctx, change, notes_of(remembering, change))
        notices.looked(ctx, change_id, standing[change_id])
    waiting = select(BreakGlass).where(BreakGlass.reviewed_at.is_(None))
    for grant in ctx.session.scalars(waiting.order_by(BreakGlass.id.desc()).limit(LOOKED_AT)):
        told += note(ctx, grant.change, list(reviews_due(remembering, grant)))
    notices.call(ctx)
    return told


def notes_of(ctx: Context, change: ChangeRequest) -> list[Note]:
    """What is to be told of a change as it stands now; to whom it was told already included."""
    if change.state == State.PROPOSED:
        return [*_votes(ctx, change), *_again(change)]
    return [_over(change)] if change.state in ENDED else []


def awaited(ctx: Context, change: ChangeRequest) -> bool:
    """Whether somebody is yet to be told of the change, which `change.told` will record."""
    told_of = select(ChangeRequest.id).where(ChangeRequest.id == change.id, _told_of(ctx))
    now = [] if ctx.session.scalar(told_of) is None else notes_of(ctx, change)
    reviews = [
        one for grant in change.grants if grant.reviewed_at is None
        for one in reviews_due(ctx, grant)
    ]  # fmt: skip
    return notices.any_new(ctx, [*now, *reviews])


def _due(ctx: Context, standing: Mapping[str, str]) -> tuple[str, ...]:
    """What is to be looked at now: what ended once, what is open now and then."""
    begin = f"{State.PROPOSED}:"
    open_ones = {key: one for key, one in standing.items() if one.startswith(begin)}
    ended = {key: one for key, one in standing.items() if key not in open_ones}
    return (
        *notices.unlooked(ctx, open_ones, since=AGAIN),
        *notices.unlooked(ctx, ended, since=2 * RECENT),
    )


def _standing(ctx: Context) -> Mapping[str, str]:
    """How each change stands that somebody may be told of."""
    rows = ctx.session.execute(
        select(
            ChangeRequest.id, ChangeRequest.state, ChangeRequest.digest,
            func.count(Approval.id).label("votes"), func.count(Approval.voided_at).label("void"),
        )
        .join(Approval, Approval.change_id == ChangeRequest.id, isouter=True)
        .where(_told_of(ctx))
        .group_by(ChangeRequest.id)
        .order_by(ChangeRequest.id.desc())
        .limit(LOOKED_AT)
    )  # fmt: skip
    return {
        f"change:{row.id}": f"{row.state}:{row.digest[:16]}:{row.votes}:{row.void}" for row in rows
    }


def _told_of(ctx: Context) -> ColumnElement[bool]:
    """The changes that somebody may be told of: open, or ended lately."""
    return (
        (ChangeRequest.state == State.PROPOSED)
        | (ChangeRequest.state == State.INTERRUPTED)
        | (ChangeRequest.state.in_(FINAL) & (ChangeRequest.closed_at > ctx.now() - RECENT))
    )


def note(ctx: Context, change: ChangeRequest, wanted: Sequence[Note]) -> int:
    """Note what is new of this, and record who is told of what; how many notices."""
    new = notices.put(ctx, wanted)
    about: dict[str, list[Fact]] = {}
    for one in sorted(new, key=lambda one: one.person_id):
        about.setdefault(one.topic, []).append(one.person_id)
    if about:
        ctx.record("change.told", change, persons=about)
    return len(new)


def _votes(ctx: Context, change: ChangeRequest) -> Iterator[Note]:
    """One for each who may vote in the open stage: anew for another plan, stage or voiding."""
    stages = approvals.progress(ctx, change)
    open_one = next((one for one in stages if not one.complete), None)
    if open_one is None:
        return
    void = [vote for vote in change.approvals if vote.voided_at is not None]
    mark = f"vote:{change.id}:{change.digest[:16]}:{open_one.stage.name}:{len(void)}"
    detail = _asked(change, open_one.stage, given=len(open_one.votes))
    if void:
        detail += f" Earlier approvals are void: {_last(void).void_reason}"
    for voice in voters(ctx, change, open_one.stage.permission):
        yield _note(change, voice.person.id, mark=mark, topic="vote", detail=_for(voice) + detail)


def _asked(change: ChangeRequest, stage: Stage, *, given: int) -> str:
    risk = plan_of(change).risk
    level = f"Risk {risk.level}. " if risk else ""
    names = [device.hostname for device in devices_of(change)]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    window = ""
    if change.window_start and change.window_end:
        window = f" Window {change.window_start:%F %H:%M} to {change.window_end:%F %H:%M %Z}."
    return (
        f"{change.requested_by.name} asks ({change.kind}): {change.reason} {level}"
        f"Stage {stage.name}: {given} of {stage.needed}. Devices: {', '.join(names[:3])}{more}."
        f"{window}"
    )


def _for(voice: Voice) -> str:
    return f"On behalf of {voice.behalf.name}. " if voice.behalf else ""


def _again(change: ChangeRequest) -> Iterator[Note]:
    """The requester of a proposed change is told why approvals are void, once for each time."""
    void = [vote for vote in change.approvals if vote.voided_at is not None]
    if void:
        many = counted(len(void), "approval is", "approvals are")
        yield _note(
            change, change.requested_by_id, topic="again", mark=f"again:{change.id}:{len(void)}",
            detail=f"{many} void: {_last(void).void_reason}",
        )  # fmt: skip


def _last(void: Sequence[Approval]) -> Approval:
    return max(void, key=lambda vote: (vote.voided_at, vote.id))


def _over(change: ChangeRequest) -> Note:
    words = change.state.replace("_", " ")
    who = next((one for one in change.approvals if one.decision == "rejected"), None)
    by = f" by {who.person.name}" if who and change.state == State.REJECTED else ""
    return _note(
        change, change.requested_by_id, topic="over", mark=f"over:{change.id}:{change.state}",
        detail=f"It is {words}{by}. {change.outcome}".strip(),
    )  # fmt: skip


def reviews_due(ctx: Context, grant: BreakGlass) -> Iterator[Note]:
    """What the reviewers are told: once when they can review, once more before it is overdue."""
    change = grant.change
    if change.state not in OVER and ctx.now() < grant.valid_until and grant.ended_at is None:
        return
    lead = min(REMINDED, (grant.review_due_at - grant.broken_at) / 4)
    late = ctx.now() >= grant.review_due_at - lead
    detail = (
        f"{grant.person.name} broke the glass at {grant.broken_at:%F %H:%M %Z}: {grant.reason} "
        f"Two persons review it until {grant.review_due_at:%F %H:%M %Z}; from then on the unit's "
        "normal and standard changes are refused."
    )
    for person in reviewers(ctx, grant):
        yield Note(
            person_id=person.id, mark=f"review:{grant.id}:{'late' if late else 'first'}",
            topic="review", title=change.label, path=f"/emergencies/{grant.id}", detail=detail,
        )  # fmt: skip


def reviewers(ctx: Context, grant: BreakGlass) -> list[Person]:
    """Who may still review a broken glass now, by name."""
    change = grant.change
    out = {grant.person_id, change.requested_by_id} | {
        one.person_id for one in reviews_of(ctx, grant)
    }
    able = {
        one for unit in {device.governing_unit_id for device in devices_of(change)}
        for one in holders(ctx.session, APPROVE, unit, now=ctx.now()) if one.id not in out
    }  # fmt: skip
    found = [one for one in able if may(ctx, change, actor_of(one), APPROVE)]
    return sorted(found, key=lambda one: one.username)


def _note(change: ChangeRequest, person_id: int, *, mark: str, topic: Topic, detail: str) -> Note:
    return Note(
        person_id=person_id, mark=mark, topic=topic, title=change.label, detail=detail,
        path=f"/changes/{change.id}",
    )  # fmt: skip
