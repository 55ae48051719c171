"""Claim a change exactly once: lease, fence, reap. The rows decide, not the workers' memory.

A change whose worker died before it touched a device goes back to `approved`; one that began
touching becomes `interrupted` and waits for a person. Nothing is ever silently run again.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.exc import IntegrityError

from changes.approvals import queue_execution
from changes.models import ChangeRequest, ChangeRun
from changes.requests import move
from changes.states import FINAL, State
from core.context import Context

BY_HAND_GRACE = timedelta(days=1)
"""How long after its window a change made by hand may be observed: scans come at least daily."""


class Hold(Enum):
    """What a worker still has of its claim."""

    HELD = "held"
    STOPPING = "stopping"  # a person wants it to end; the way back is still ours
    LOST = "lost"  # the lease is over: somebody else decides, no device may be touched


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's hold on a change; `fence` grows with every claim of any change."""

    change_id: int
    fence: int
    worker: str


def claim(ctx: Context, change_id: int, *, worker: str) -> Claim | None:
    """Take an approved change, or None: another worker has it, or one of its devices is busy."""
    change = ctx.session.scalar(
        select(ChangeRequest)
        .where(ChangeRequest.id == change_id, ChangeRequest.state == State.APPROVED)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if change is None or change.method != "playbook":
        return None
    try:
        with ctx.session.begin_nested():
            for target in sorted(change.targets, key=lambda one: one.device_id):
                target.state = "running"
            ctx.session.flush()
    except IntegrityError:
        ctx.session.rollback()  # the unique index: another change touches one of these devices
        return None
    move(change, State.RUNNING)
    run = ctx.add(
        ChangeRun(
            change_id=change.id, worker=worker, claimed_at=ctx.now(),
            lease_until=ctx.now() + _lease(ctx),
        )
    )  # fmt: skip
    ctx.record("change.claimed", change, worker=worker, fence=run.id)
    ctx.commit()
    return Claim(change_id=change.id, fence=run.id, worker=worker)


def begin(ctx: Context, held: Claim) -> bool:
    """Mark that devices are touched from now on; False means: do not start."""
    began = ctx.session.scalar(
        update(ChangeRun)
        .where(_mine(ctx, held), ChangeRun.started_touching_at.is_(None))
        .values(started_touching_at=ctx.now())
        .returning(ChangeRun.id)
    )
    ctx.commit()
    return began is not None


def beat(ctx: Context, held: Claim) -> Hold:
    """Extend the lease and tell what is left of the claim."""
    row = ctx.session.execute(
        update(ChangeRun)
        .where(_mine(ctx, held))
        .values(lease_until=ctx.now() + _lease(ctx))
        .returning(ChangeRun.stop_requested_at)
    ).first()
    ctx.commit()
    if row is None:
        return Hold.LOST
    return Hold.HELD if row.stop_requested_at is None else Hold.STOPPING


def finish(ctx: Context, held: Claim, state: State, *, outcome: str) -> bool:
    """End the run in this transaction; False when the lease was lost: the outcome is kept late."""
    change = ctx.get_locked(ChangeRequest, held.change_id)  # always before its run: no deadlock
    run = ctx.get_locked(ChangeRun, held.fence)
    if run.finished_at is not None or run.lease_until < ctx.now():
        run.late_evidence = f"{state}: {outcome}"
        ctx.record("change.late_evidence", change, fence=held.fence, state=state, outcome=outcome)
        return False
    ended = _end(ctx, change, run, state, outcome)
    action = "change.returned" if ended is State.APPROVED else f"change.{ended}"
    ctx.record(action, change, fence=held.fence, outcome=outcome)
    return True


def _end(ctx: Context, change: ChangeRequest, run: ChangeRun, state: State, outcome: str) -> State:
    """End the run; a change that a person stopped before it began does not wait for another."""
    if state is State.APPROVED and run.stop_requested_at is not None:
        state, outcome = State.CANCELLED, f"A person stopped it. {outcome}"
    run.finished_at, run.outcome = ctx.now(), outcome
    move(change, state)
    change.outcome = outcome
    change.closed_at = ctx.now() if state in FINAL else None
    return state


def release(ctx: Context, held: Claim, *, state: State, reason: str) -> bool:
    """End a run that touched nothing; False when the lease was lost."""
    if not finish(ctx, held, state, outcome=reason):
        return False
    for target in ctx.get(ChangeRequest, held.change_id).targets:
        target.state = "waiting"
    return True


def reap(ctx: Context) -> int:
    """Settle runs whose lease is over, queue approved changes again, end those past their window.

    Returns how many runs were settled. Needs `change.execute`.
    """
    ctx.require("change.execute")
    over = ctx.session.execute(
        select(ChangeRun.id, ChangeRun.change_id)
        .where(ChangeRun.finished_at.is_(None), ChangeRun.lease_until < ctx.now())
        .order_by(ChangeRun.change_id)
    ).all()
    settled = sum(_settle(ctx, fence, change_id) for fence, change_id in over)
    for change in _approved(ctx):
        if _over(ctx, change):
            _expire(ctx, change)
        elif change.method == "playbook" and not _before(ctx, change):
            queue_execution(ctx, change)
    return settled


def _approved(ctx: Context) -> list[ChangeRequest]:
    query = select(ChangeRequest).where(ChangeRequest.state == State.APPROVED)
    return list(ctx.session.scalars(query.with_for_update(skip_locked=True)))


def _before(ctx: Context, change: ChangeRequest) -> bool:
    return change.window_start is not None and ctx.now() < change.window_start


def _over(ctx: Context, change: ChangeRequest) -> bool:
    grace = BY_HAND_GRACE if change.method == "by_hand" else timedelta(0)
    return change.window_end is not None and change.window_end + grace <= ctx.now()


def _expire(ctx: Context, change: ChangeRequest) -> None:
    move(change, State.CANCELLED)
    change.closed_at = ctx.now()
    change.outcome = "Its window ended before it was carried out. Request it anew."
    ctx.record("change.expired", change, outcome=change.outcome)


def _settle(ctx: Context, fence: int, change_id: int) -> bool:
    change = ctx.get_locked(ChangeRequest, change_id)
    run = ctx.get_locked(ChangeRun, fence)
    if run.finished_at is not None or run.lease_until >= ctx.now():
        return False  # it lives, or another one settled it meanwhile
    touched = run.started_touching_at is not None
    state = State.INTERRUPTED if touched else State.APPROVED
    outcome = (
        f"The worker {run.worker} went silent while it touched devices; look at them and decide."
        if touched
        else f"The worker {run.worker} went silent before it touched a device."
    )
    ended = _end(ctx, change, run, state, outcome)
    for target in change.targets:
        if target.state == "running":
            target.state = "interrupted" if touched else "waiting"
    ctx.record("change.reaped", change, fence=run.id, state=ended, outcome=outcome)
    return True


def request_stop(ctx: Context, change: ChangeRequest) -> None:
    """Ask the running worker to stop at its next beat."""
    ctx.session.execute(
        update(ChangeRun)
        .where(ChangeRun.change_id == change.id, ChangeRun.finished_at.is_(None))
        .values(stop_requested_at=ctx.now())
    )


def _mine(ctx: Context, held: Claim) -> ColumnElement[bool]:
    return and_(
        ChangeRun.id == held.fence, ChangeRun.worker == held.worker,
        ChangeRun.finished_at.is_(None), ChangeRun.lease_until >= ctx.now(),
    )  # fmt: skip


def _lease(ctx: Context) -> timedelta:
    return timedelta(seconds=ctx.settings.lease_seconds)
