"""Claim a change exactly once: lease, fence, progress. The rows decide, not the workers' memory.

Before a device is touched that is committed, and afterwards where it stands; so whatever dies in
between, each device is known as waiting, settled or interrupted. Nothing is silently run again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.exc import IntegrityError

from changes.following import follow
from changes.logins import switching
from changes.models import ChangeRequest, ChangeRun, ChangeTarget
from changes.requests import move
from changes.states import FINAL, State, Target, ending
from core.context import Context, Work

Wish = Literal["pause", "stop", "roll_back", "resume"]

RECORDED: Mapping[State, str] = {
    State.APPROVED: "change.returned", State.PAUSED: "change.paused",
    State.SUCCEEDED: "change.succeeded", State.FAILED: "change.failed",
    State.ROLLED_BACK: "change.rolled_back", State.INTERRUPTED: "change.interrupted",
    State.CANCELLED: "change.cancelled",
}  # fmt: skip
"""How the end of a run is recorded, by the state that it leaves the change in."""


class Hold(Enum):
    """What a worker still has of its claim."""

    HELD = "held"
    PAUSING = "pausing"  # a person wants a pause after this wave
    STOPPING = "stopping"  # a person wants it to end; the way back of the wave is still ours
    UNDOING = "undoing"  # a person wants all back that the change touched
    LOST = "lost"  # the lease is over: somebody else decides, no device may be touched


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's hold on a change; `fence` grows with every claim of any change.

    With `undo` it is held to take everything back that was touched.
    """

    change_id: int
    fence: int
    worker: str
    undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where a device stands after a wave, and why, in words."""

    device_id: int
    state: Target
    result: str


def claim(ctx: Context, change_id: int, *, worker: str) -> Claim | None:
    """Take an approved change, or a paused one that shall go on or back.

    None: another worker has it, one of its devices is busy, or it is for no worker.
    """
    change = ctx.session.scalar(
        select(ChangeRequest)
        .where(
            ChangeRequest.id == change_id, ChangeRequest.state.in_((State.APPROVED, State.PAUSED))
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if change is None or change.method != "playbook" or not goes_on(ctx, change):
        return None
    undo = change.state == State.PAUSED and wished(ctx, change, "roll_back")
    wanted = Target.DONE if undo else Target.WAITING
    try:
        with ctx.session.begin_nested():
            for target in sorted(change.targets, key=lambda one: one.device_id):
                if target.state == wanted:
                    target.state = Target.RUNNING
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
    ctx.work = Work(change_id=change.id, execution_id=run.id)
    ctx.record(
        "change.claimed", change, worker=worker, fence=run.id, undo=undo, digest=change.digest
    )
    ctx.commit()
    return Claim(change_id=change.id, fence=run.id, worker=worker, undo=undo)


def goes_on(ctx: Context, change: ChangeRequest) -> bool:
    """Whether a worker may take it: a paused change only when a person said so since."""
    return change.state == State.APPROVED or any(
        wished(ctx, change, wish) for wish in ("resume", "roll_back")
    )


def wished(ctx: Context, change: ChangeRequest, wish: Wish) -> bool:
    """Whether a person asked that of the change's last run."""
    last = last_run(ctx, change.id)
    return last is not None and getattr(last, f"{wish}_requested_at") is not None


def last_run(ctx: Context, change_id: int) -> ChangeRun | None:
    """The latest claim of the change."""
    query = select(ChangeRun).where(ChangeRun.change_id == change_id)
    return ctx.session.scalar(query.order_by(ChangeRun.id.desc()).limit(1))


def begin(ctx: Context, held: Claim, devices: Collection[int] | None = None) -> bool:
    """Mark that these devices are touched from now on (None: all that the run holds).

    False means: do not start; the claim is lost, or one of them was touched already.
    """
    mine = _touching(ctx, held)
    rows = update(ChangeTarget).where(
        ChangeTarget.change_id == held.change_id, ChangeTarget.state == Target.RUNNING,
        ChangeTarget.touched_at.is_(None),
    )  # fmt: skip
    if devices is not None:
        rows = rows.where(ChangeTarget.device_id.in_(devices))
    marked = ctx.session.scalars(
        rows.values(touched_at=ctx.now()).returning(ChangeTarget.device_id)
    ).all()
    if not mine or not marked or (devices is not None and set(marked) != set(devices)):
        ctx.session.rollback()
        return False
    change = ctx.get(ChangeRequest, held.change_id)
    ctx.record("change.touching", change, fence=held.fence, devices=sorted(marked))
    ctx.commit()
    return True


def take_back(ctx: Context, held: Claim, devices: Collection[int]) -> frozenset[int]:
    """Hold settled devices again, to undo them; those that another change has meanwhile are not.

    Empty too when the claim is lost.
    """
    if not _touching(ctx, held):
        ctx.session.rollback()
        return frozenset()
    change = ctx.get(ChangeRequest, held.change_id)
    taken = frozenset(key for key in sorted(devices) if _took(ctx, change, key))
    ctx.record("change.taking_back", change, fence=held.fence, devices=sorted(taken))
    ctx.commit()
    return taken


def _took(ctx: Context, change: ChangeRequest, device_id: int) -> bool:
    target = next(one for one in change.targets if one.device_id == device_id)
    try:
        with ctx.session.begin_nested():
            target.state = Target.RUNNING
            ctx.session.flush()
    except IntegrityError:
        return False
    return True


def _touching(ctx: Context, held: Claim) -> bool:
    began = func.coalesce(ChangeRun.started_touching_at, ctx.now())
    row = update(ChangeRun).where(_mine(ctx, held)).values(started_touching_at=began)
    return ctx.session.scalar(row.returning(ChangeRun.id)) is not None


def beat(ctx: Context, held: Claim) -> Hold:
    """Extend the lease and tell what is left of the claim."""
    row = ctx.session.execute(
        update(ChangeRun)
        .where(_mine(ctx, held))
        .values(lease_until=ctx.now() + _lease(ctx))
        .returning(
            ChangeRun.roll_back_requested_at, ChangeRun.stop_requested_at,
            ChangeRun.pause_requested_at,
        )
    ).first()  # fmt: skip
    ctx.commit()
    if row is None:
        return Hold.LOST
    asked = zip(row, (Hold.UNDOING, Hold.STOPPING, Hold.PAUSING), strict=True)
    return next((hold for at, hold in asked if at is not None), Hold.HELD)


def settle(ctx: Context, held: Claim, ends: Sequence[End]) -> bool:
    """Write where the devices of a wave stand now; False when the claim is lost."""
    change, run = _locked(ctx, held)
    if _over(ctx, run):
        ctx.session.rollback()
        return False
    by_id = {target.device_id: target for target in change.targets}
    for end in ends:
        by_id[end.device_id].state, by_id[end.device_id].result = end.state, end.result
        switching.settle(ctx, change, end.device_id, end.state)
    told = {by_id[end.device_id].device.hostname: f"{end.state}: {end.result}" for end in ends}
    ctx.record("change.devices_settled", change, fence=held.fence, devices=told)
    ctx.commit()
    return True


def finish(ctx: Context, held: Claim, state: State, *, outcome: str) -> bool:
    """End the run in this transaction; False when the lease was lost: the outcome is kept late."""
    change, run = _locked(ctx, held)
    if _over(ctx, run):
        run.late_evidence = "\n".join(filter(None, (run.late_evidence, f"{state}: {outcome}")))
        ctx.record("change.late_evidence", change, fence=held.fence, state=state, outcome=outcome)
        return False
    ended = end_run(ctx, change, run, state, outcome)
    ctx.record(RECORDED[ended], change, fence=held.fence, outcome=outcome)
    return True


def release(ctx: Context, held: Claim, *, state: State, reason: str) -> bool:
    """End a run that touched nothing; False when the lease was lost."""
    return finish(ctx, held, state, outcome=reason)


def end_run(
    ctx: Context, change: ChangeRequest, run: ChangeRun, state: State, outcome: str
) -> State:
    """End the run; what a person asked meanwhile decides about what would wait otherwise."""
    asked = _asked(change, run, state)
    if asked is not state:
        state, outcome = asked, f"A person stopped it. {outcome}"
    run.finished_at, run.outcome = ctx.now(), outcome
    close(ctx, change, state, outcome)
    return state


def _asked(change: ChangeRequest, run: ChangeRun, state: State) -> State:
    if run.roll_back_requested_at is not None or run.stop_requested_at is not None:
        if state is State.APPROVED:
            return State.CANCELLED
        if state is State.PAUSED and run.roll_back_requested_at is None:
            return ending([one.state for one in change.targets])
    elif run.pause_requested_at is not None and state is State.APPROVED:
        return State.PAUSED
    return state


def close(ctx: Context, change: ChangeRequest, state: State, outcome: str) -> None:
    """Move the change; devices held untouched wait again. When it is over, baselines follow."""
    move(change, state)
    change.outcome = outcome
    over = state in FINAL
    change.closed_at = ctx.now() if over else None
    for target in change.targets:
        if target.state == Target.RUNNING and target.touched_at is None:
            target.state = Target.WAITING
        elif target.state == Target.RUNNING and state is State.INTERRUPTED:
            target.state = Target.INTERRUPTED
        if over and target.state == Target.WAITING:
            target.state = Target.SKIPPED
    follow(ctx, change)


def request(ctx: Context, change: ChangeRequest, wish: Wish) -> None:
    """Ask the running worker, which hears it at its next beat; of a paused change, the next one."""
    last = last_run(ctx, change.id)
    if last is not None:
        setattr(last, f"{wish}_requested_at", ctx.now())
        ctx.session.flush()


def _locked(ctx: Context, held: Claim) -> tuple[ChangeRequest, ChangeRun]:
    """The change always before its run: no deadlock."""
    change = ctx.get_locked(ChangeRequest, held.change_id)
    return change, ctx.get_locked(ChangeRun, held.fence)


def _over(ctx: Context, run: ChangeRun) -> bool:
    return run.finished_at is not None or run.lease_until < ctx.now()


def _mine(ctx: Context, held: Claim) -> ColumnElement[bool]:
    return and_(
        ChangeRun.id == held.fence, ChangeRun.worker == held.worker,
        ChangeRun.finished_at.is_(None), ChangeRun.lease_until >= ctx.now(),
    )  # fmt: skip


def _lease(ctx: Context) -> timedelta:
    return timedelta(seconds=ctx.settings.lease_seconds)
