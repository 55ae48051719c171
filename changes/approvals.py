"""Approvals: a person's word on exactly one digest. Nobody approves their own change."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from changes.approving.comments import require_no_objection
from changes.approving.stages import APPROVE, RULES, Stage
from changes.approving.voters import Voice, counts, voice_of
from changes.calendar.clashes import conflicts_of
from changes.catalogue.standing import pre_approved
from changes.emergency import grants
from changes.errors import (
    AlreadyDecided,
    CalendarForbids,
    OwnChange,
    StaleDigest,
    WindowClosed,
    WindowRequired,
    WrongState,
)
from changes.models import Approval, ChangeRequest
from changes.plans import digest_of
from changes.pre_state import require_current
from changes.requests import devices_of, move, plan_of, require_on_all
from changes.states import State
from core.context import Context
from core.errors import InvalidInput, NotPermitted
from core.queue import Job, enqueue_all
from operations.routing import handed, queue_of
from organization.people import actor_of

TASK, QUEUE = "changes.execute", "changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a stage is: the approvals that count in it now."""

    stage: Stage
    votes: tuple[Approval, ...]

    @property
    def complete(self) -> bool:
        return len(self.votes) >= self.stage.needed


def approve(
    ctx: Context, change_id: int, *, digest: str, note: str, valid_until: datetime | None = None
) -> ChangeRequest:
    """Approve exactly the plan behind `digest` on behalf of the acting person.

    The vote counts in the first stage that is not complete, until `valid_until` (else until the
    window ends, or the setting's number of days). Raises StaleDigest when the plan is another than
    was shown, OwnChange for the requester, NotPermitted when no post, own or represented, gives a
    vote in this stage on every device, OpenObjection while somebody's objection stands, and what
    `changes.pre_state.require_current` raises when it is not current any more. The last needed
    approval enqueues the execution in the same transaction.
    """
    change = _open(ctx, change_id, digest)
    stage = _stage(ctx, change)
    voice = _voice(ctx, change, stage)
    require_no_objection(ctx, change)
    require_current_plan(ctx, change)
    vote = _vote(ctx, change, "approved", note, voice, stage)
    vote.valid_until = _until(ctx, change, valid_until)
    ctx.record(
        "change.approved", change, digest=digest, note=note, stage=stage.name,
        behalf=ctx.identified(vote.behalf_id),
        valid_until=vote.valid_until.isoformat(),
    )  # fmt: skip
    release_if_complete(ctx, change)
    return change


def release_if_complete(ctx: Context, change: ChangeRequest) -> None:
    """Make a proposed change that lacks no approval an approved one, and queue it."""
    if is_complete(ctx, change):
        move(change, State.APPROVED)
        ctx.record("change.released", change, digest=change.digest)
        if change.method == "playbook":
            queue_execution(ctx, change)


def reject(ctx: Context, change_id: int, *, digest: str, note: str) -> ChangeRequest:
    """Reject the plan with a reason; the change is over."""
    change = _open(ctx, change_id, digest)
    stage = _stage(ctx, change)
    voice = _voice(ctx, change, stage)
    if not note.strip():
        raise InvalidInput("Say why the change is rejected; who asked for it has to know.")
    _vote(ctx, change, "rejected", note, voice, stage)
    move(change, State.REJECTED)
    change.closed_at, change.outcome = ctx.now(), note
    ctx.record("change.rejected", change, digest=digest, note=note)
    return change


def withdraw(ctx: Context, change_id: int, *, note: str) -> ChangeRequest:
    """Take one's own approval back while nothing has begun."""
    change = ctx.get_locked(ChangeRequest, change_id)
    mine = [vote for vote in standing(ctx, change) if vote.person_id == ctx.person.person_id]
    if not mine or change.state not in {State.PROPOSED, State.APPROVED}:
        raise WrongState(f"There is no approval of yours on change {change.id} to take back.")
    void(ctx, change, mine, reason=f"withdrawn: {note}")
    return change


def progress(ctx: Context, change: ChangeRequest) -> tuple[Progress, ...]:
    """The stages of the change with the approvals that count now, in order."""
    votes = ctx.session.scalars(
        select(Approval).where(
            Approval.change_id == change.id, Approval.digest == change.digest,
            Approval.decision == "approved", Approval.voided_at.is_(None),
            (Approval.valid_until.is_(None)) | (Approval.valid_until > ctx.now()),
        ).order_by(Approval.id)
    ).all()  # fmt: skip
    return tuple(
        Progress(
            stage=stage,
            votes=tuple(
                vote for vote in votes
                if vote.stage == stage.name and counts(ctx, change, vote, stage.permission)
            ),
        )
        for stage in RULES.stages(plan_of(change))
    )  # fmt: skip


def standing(ctx: Context, change: ChangeRequest) -> list[Approval]:
    """Approvals that count now: of this digest, not void or expired, by who still may approve."""
    return [vote for one in progress(ctx, change) for vote in one.votes]


def is_complete(ctx: Context, change: ChangeRequest) -> bool:
    """Whether no approval is lacking now, by a broken glass too; or as the catalogue says."""
    if grants.live(ctx, change) is not None:
        return True
    plan = plan_of(change)
    if plan.kind == "standard" and plan.source is not None:
        return pre_approved(ctx, change)
    return all(one.complete for one in progress(ctx, change))


def settle(ctx: Context, change: ChangeRequest) -> None:
    """Make the approvals void that have expired; the caller holds the change's lock."""
    gone = [
        vote for vote in change.approvals
        if vote.voided_at is None and vote.valid_until is not None
        and vote.valid_until <= ctx.now()
    ]  # fmt: skip
    if gone:
        void(ctx, change, gone, reason="expired")


def void(ctx: Context, change: ChangeRequest, votes: list[Approval], *, reason: str) -> None:
    """Make approvals void with the reason; a change that lacks some now is proposed again."""
    for vote in votes:
        vote.voided_at, vote.void_reason = ctx.now(), reason
    ctx.session.flush()
    if change.state != State.PROPOSED and not is_complete(ctx, change):
        move(change, State.PROPOSED)
    ctx.record("change.approvals_voided", change, reason=reason, votes=len(votes))


def void_all(ctx: Context, change: ChangeRequest, *, reason: str) -> None:
    """Make every approval void that is not yet, and end a broken glass."""
    grants.end(ctx, change, reason=reason)
    given = [vote for vote in change.approvals if vote.voided_at is None]
    void(ctx, change, given, reason=reason)


def queue_execution(ctx: Context, change: ChangeRequest) -> None:
    """Put the change into the queue; it waits there once at most.

    Where one far queue has all its devices it is carried out there, else centrally.
    """
    devices = [device.id for device in devices_of(change)]
    job = Job(
        task=TASK, queue=QUEUE, lock=f"device:{min(devices)}",
        queueing_lock=f"change:{change.id}", args={"change_id": change.id},
    )  # fmt: skip
    enqueue_all(ctx, [handed(job, queue_of(ctx, devices))])


def _open(ctx: Context, change_id: int, digest: str) -> ChangeRequest:
    change = ctx.get_locked(ChangeRequest, change_id)
    _require_some_vote(ctx, change)
    if change.requested_by_id == ctx.person.person_id:
        raise OwnChange(
            f"{ctx.person.name} asked for change {change.id} (own change); another person approves."
        )
    if change.state != State.PROPOSED:
        raise AlreadyDecided(f"Change {change.id} is {change.state}; there is no vote open on it.")
    require_shown(change, digest)
    return change


def require_shown(change: ChangeRequest, digest: str) -> None:
    """Raise StaleDigest unless the change has the very plan that was shown to the person."""
    if digest != change.digest or digest_of(plan_of(change)) != change.digest:
        raise StaleDigest(
            f"Change {change.id} has another plan than the one shown to you. Read it again and "
            "decide on its present digest.",
            digest=change.digest,
        )


def _require_some_vote(ctx: Context, change: ChangeRequest) -> None:
    """Raise NotPermitted unless the person has a vote in some stage, own or represented."""
    if ctx.person.person_id is None:
        raise OwnChange("The platform approves nothing; persons do.")
    wanted = {one.permission for one in RULES.stages(plan_of(change))} or {APPROVE}
    if not any(voice_of(ctx, change, permission) for permission in wanted):
        require_on_all(ctx, change, min(wanted))
        raise NotPermitted(f"{ctx.person.name} has no vote on change {change.id}.")


def _stage(ctx: Context, change: ChangeRequest) -> Stage:
    """The first stage that lacks approvals."""
    found = next((one.stage for one in progress(ctx, change) if not one.complete), None)
    if found is None:
        raise AlreadyDecided(f"Change {change.id} lacks no approval.")
    return found


def _voice(ctx: Context, change: ChangeRequest, stage: Stage) -> Voice:
    """What the acting person votes as, once for themselves and for whom they represent."""
    voice = voice_of(ctx, change, stage.permission)
    if voice is None:
        require_on_all(ctx, change, stage.permission)
        raise NotPermitted(f"{ctx.person.name} has no vote on change {change.id}.")
    first = next(iter(devices_of(change)), None)
    unit_id = first.governing_unit_id if first else None
    rightful = actor_of(voice.behalf or voice.person)
    ctx.relies_on(stage.permission, unit_id=unit_id, actor=rightful)
    named = {voice.person.id, voice.behalf.id if voice.behalf else voice.person.id}
    for vote in change.approvals:
        if vote.digest == change.digest and named & {vote.person_id, vote.behalf_id}:
            raise AlreadyDecided(
                f"{vote.person.name} has voted on this plan of change {change.id}"
                f"{f' for {vote.behalf.name}' if vote.behalf else ''}."
            )
    return voice


def _until(ctx: Context, change: ChangeRequest, wanted: datetime | None) -> datetime:
    if wanted is None:
        lasting = timedelta(days=ctx.settings.approval_days)
        return change.window_end or ctx.now() + lasting
    if wanted.tzinfo is None or wanted <= ctx.now():
        raise InvalidInput("An approval is valid until a time to come, which names its zone.")
    return wanted


def require_current_plan(ctx: Context, change: ChangeRequest) -> None:
    """What is approved must still be what would run, and its window not over."""
    if change.window_end is not None and change.window_end <= ctx.now():
        raise WindowClosed(f"The window of change {change.id} is over. Give it another one.")
    plan = plan_of(change)
    risk = plan.risk
    if (
        change.window_end is None and plan.kind != "emergency"
        and risk is not None and risk.window_required
    ):  # fmt: skip
        raise WindowRequired(
            f"The risk of change {change.id} is {risk.level}: it needs a window. Give it one "
            f"(`trimtab change schedule {change.id}`)."
        )
    against = next((one for one in conflicts_of(ctx, change) if one.forbids), None)
    if against is not None:
        raise CalendarForbids(
            f"{against.words} Move change {change.id}, or have an exception approved."
        )
    require_current(ctx, plan)


def _vote(
    ctx: Context, change: ChangeRequest, decision: str, note: str, voice: Voice, stage: Stage
) -> Approval:
    vote = ctx.add(
        Approval(
            change_id=change.id, person_id=voice.person.id, decision=decision,
            digest=change.digest, note=note, decided_at=ctx.now(), stage=stage.name,
            behalf_id=voice.behalf.id if voice.behalf else None,
        )
    )  # fmt: skip
    ctx.session.refresh(change, ["approvals"])
    return vote
