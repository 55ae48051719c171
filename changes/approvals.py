"""Approvals: a person's word on exactly one digest. Nobody approves their own change."""

from sqlalchemy import select

from changes.errors import AlreadyDecided, OwnChange, StaleDigest, WindowClosed, WrongState
from changes.models import Approval, ChangeRequest
from changes.plans import digest_of
from changes.pre_state import require_current
from changes.requests import devices_of, move, plan_of, require_on_all
from changes.states import State
from core.actor import Actor
from core.context import Context
from core.queue import Job, enqueue_all
from operations.routing import handed, queue_of

REQUIRED = {"standard": 1, "normal": 1, "emergency": 1}
"""How many other persons must approve, by kind of change."""

TASK, QUEUE = "changes.execute", "changes"


def approve(ctx: Context, change_id: int, *, digest: str, note: str) -> ChangeRequest:
    """Approve exactly the plan behind `digest` on behalf of the acting person.

    Raises StaleDigest when the plan is another than was shown, OwnChange for the requester,
    NotPermitted when no post gives a vote on every device, PreStateChanged when a device shows
    something else than was planned from. The last needed approval enqueues the execution in the
    same transaction.
    """
    change = _open(ctx, change_id, digest)
    _require_current(ctx, change)
    _vote(ctx, change, "approved", note)
    ctx.record("change.approved", change, digest=digest, note=note)
    if len(standing(ctx, change)) >= REQUIRED[change.kind]:
        move(change, State.APPROVED)
        ctx.record("change.released", change, digest=digest)
        if change.method == "playbook":
            queue_execution(ctx, change)
    return change


def reject(ctx: Context, change_id: int, *, digest: str, note: str) -> ChangeRequest:
    """Reject the plan; the change is over."""
    change = _open(ctx, change_id, digest)
    _vote(ctx, change, "rejected", note)
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


def standing(ctx: Context, change: ChangeRequest) -> list[Approval]:
    """Approvals that count now: of this digest, not void, by persons who still may approve."""
    votes = ctx.session.scalars(
        select(Approval).where(
            Approval.change_id == change.id, Approval.digest == change.digest,
            Approval.decision == "approved", Approval.voided_at.is_(None),
        )
    )  # fmt: skip
    return [vote for vote in votes if _still_may(ctx, change, vote)]


def void(ctx: Context, change: ChangeRequest, votes: list[Approval], *, reason: str) -> None:
    """Make approvals void with the reason; a change that lacks some now is proposed again."""
    for vote in votes:
        vote.voided_at, vote.void_reason = ctx.now(), reason
    ctx.session.flush()
    if change.state != State.PROPOSED and len(standing(ctx, change)) < REQUIRED[change.kind]:
        move(change, State.PROPOSED)
    ctx.record("change.approvals_voided", change, reason=reason, votes=len(votes))


def void_all(ctx: Context, change: ChangeRequest, *, reason: str) -> None:
    """Make every approval void that is not yet."""
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
    require_on_all(ctx, change, "change.approve")
    if change.requested_by_id == ctx.person.person_id:
        raise OwnChange(
            f"{ctx.person.name} asked for change {change.id} (own change); another person approves."
        )
    if change.state != State.PROPOSED:
        raise AlreadyDecided(f"Change {change.id} is {change.state}; there is no vote open on it.")
    if digest != change.digest or digest_of(plan_of(change)) != change.digest:
        raise StaleDigest(
            f"Change {change.id} has another plan than the one shown to you. Read it again and "
            "decide on its present digest.",
            digest=change.digest,
        )
    return change


def _require_current(ctx: Context, change: ChangeRequest) -> None:
    """What is approved must still be what would run, and its window not over."""
    if change.window_end is not None and change.window_end <= ctx.now():
        raise WindowClosed(f"The window of change {change.id} is over. Give it another one.")
    require_current(ctx, plan_of(change))


def _vote(ctx: Context, change: ChangeRequest, decision: str, note: str) -> None:
    person = ctx.person.person_id
    if person is None:
        raise OwnChange("The platform approves nothing; persons do.")
    again = select(Approval.id).where(
        Approval.change_id == change.id, Approval.person_id == person,
        Approval.digest == change.digest,
    )  # fmt: skip
    if ctx.session.scalar(again) is not None:
        raise AlreadyDecided(f"{ctx.person.name} has voted on this plan of change {change.id}.")
    ctx.add(
        Approval(
            change_id=change.id, person_id=person, decision=decision, digest=change.digest,
            note=note, decided_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.session.refresh(change, ["approvals"])


def _still_may(ctx: Context, change: ChangeRequest, vote: Approval) -> bool:
    voter = Actor(name=vote.person.username, person_id=vote.person_id)
    return vote.person_id != change.requested_by_id and all(
        ctx.authority.allows(ctx.session, voter, "change.approve", device.governing_unit_id)
        for device in devices_of(change)
    )
