"""Settle what dead workers left, queue what waits, void what is not current. Runs nothing.

Each change in a transaction of its own, so that no worker finds it locked for long.
"""

from collections.abc import Callable, Collection
from datetime import timedelta

from sqlalchemy import select

from changes import approvals, claims
from changes.approvals import queue_execution
from changes.calendar.errors import Frozen
from changes.calendar.opening import require_open
from changes.errors import GlassOver, WindowClosed
from changes.models import ChangeRequest, ChangeRun
from changes.pre_state import require_current
from changes.readiness import require_glass
from changes.requests import plan_of
from changes.states import State, Target, ending
from core.context import Context
from core.errors import TrimtabError

See = Callable[[Context, ChangeRequest], bool]
Act = Callable[[Context, ChangeRequest], None]
FRESH = {"populate_existing": True}

BY_HAND_GRACE = timedelta(days=1)
"""How long after its window a change made by hand may be observed: scans come at least daily."""


def reap(ctx: Context) -> int:
    """Settle runs whose lease is over; void, expire or queue again what waits.

    Returns how many runs were settled. Commits as it goes. Needs `change.execute`.
    """
    ctx.require("change.execute")
    over = ctx.session.execute(
        select(ChangeRun.id, ChangeRun.change_id)
        .where(ChangeRun.finished_at.is_(None), ChangeRun.lease_until < ctx.now())
        .order_by(ChangeRun.change_id)
    ).all()
    settled = 0
    for fence, change_id in over:
        settled += settle(ctx, fence, change_id)
        ctx.commit()
    _each(ctx, {State.PROPOSED, State.APPROVED}, _is_stale, _void_stale)
    _each(ctx, {State.APPROVED, State.PAUSED}, _waits, _tend)
    return settled


def settle(ctx: Context, fence: int, change_id: int) -> bool:
    """End a run whose worker went silent; False when it lives or another one settled it.

    Devices that it had begun to touch are interrupted, the others wait.
    """
    change = ctx.get_locked(ChangeRequest, change_id)
    run = ctx.get_locked(ChangeRun, fence)
    if run.finished_at is not None or run.lease_until >= ctx.now():
        return False
    held = [one for one in change.targets if one.state == Target.RUNNING and one.touched_at]
    state, told = _left(change, touching=bool(held))
    outcome = f"The worker {run.worker} went silent {told}"
    for target in held:
        target.state, target.result = Target.INTERRUPTED, outcome
    ended = claims.end_run(ctx, change, run, state, outcome)
    ctx.record("change.reaped", change, fence=run.id, state=ended, outcome=outcome)
    return True


def _left(change: ChangeRequest, *, touching: bool) -> tuple[State, str]:
    """What becomes of a change whose worker is gone, and when that was."""
    if touching:
        return State.INTERRUPTED, "while it touched devices; look at them and decide."
    if any(one.touched_at for one in change.targets):
        return State.PAUSED, "between two waves. Resume it, or roll it back."
    return State.APPROVED, "before it touched a device."


def _each(ctx: Context, states: Collection[State], sees: See, act: Act) -> None:
    """Act on each change in these states that `sees` tells of; it is locked only then."""
    query = select(ChangeRequest.id).where(ChangeRequest.state.in_(states))
    keys = ctx.session.scalars(query.order_by(ChangeRequest.id)).all()
    for key in keys:
        looked = select(ChangeRequest).where(
            ChangeRequest.id == key, ChangeRequest.state.in_(states)
        )
        found = ctx.session.scalar(looked, execution_options=FRESH)
        if found is not None and sees(ctx, found):
            locked = looked.with_for_update(skip_locked=True, key_share=True)
            change = ctx.session.scalar(locked, execution_options=FRESH)
            if change is not None:
                act(ctx, change)
        ctx.commit()


def _why_void(ctx: Context, change: ChangeRequest) -> str | None:
    """Why approvals of the change count no more; None as long as they do, or there are none."""
    given = [vote for vote in change.approvals if vote.voided_at is None]
    if change.window_end is not None and change.window_end <= ctx.now():
        return None  # with its window the change itself is over
    if any(vote.valid_until is not None and vote.valid_until <= ctx.now() for vote in given):
        return "expired"
    if not given or change.method == "by_hand":
        return None  # made by hand, the change itself is what its devices show next
    try:
        require_current(ctx, plan_of(change))
    except TrimtabError as error:
        return error.message
    return None


def _is_stale(ctx: Context, change: ChangeRequest) -> bool:
    return _why_void(ctx, change) is not None


def _void_stale(ctx: Context, change: ChangeRequest) -> None:
    """Void approvals that expired, or all where the content is not what would run any more."""
    approvals.settle(ctx, change)
    why = _why_void(ctx, change)
    if why is not None:
        approvals.void_all(ctx, change, reason=why)


def _waits(ctx: Context, change: ChangeRequest) -> bool:
    """Whether a change stands still although it is over, or it is its turn."""
    if _over(ctx, change) or claims.wished(ctx, change, "roll_back"):
        return True
    machine = change.method == "playbook"
    return machine and claims.goes_on(ctx, change) and not _opens_later(ctx, change)


def _tend(ctx: Context, change: ChangeRequest) -> None:
    """Expire a change whose time is over, else queue it again; no way back waits for a window."""
    why = _over(ctx, change)
    if why and not claims.wished(ctx, change, "roll_back"):
        _expire(ctx, change, why)
    else:
        queue_execution(ctx, change)


def _opens_later(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the calendar keeps it from running at this moment."""
    try:
        require_open(ctx, change, plan_of(change), at=ctx.now())
    except (WindowClosed, Frozen):
        return True
    return False


def _over(ctx: Context, change: ChangeRequest) -> str:
    """What is over: its window, or of a paused emergency the broken glass; empty: neither."""
    grace = BY_HAND_GRACE if change.method == "by_hand" else timedelta(0)
    if change.window_end is not None and change.window_end + grace <= ctx.now():
        return "Its window ended"
    if change.state == State.PAUSED:
        try:
            require_glass(ctx, change.id)
        except GlassOver as error:
            return error.message.rstrip(".")
    return ""


def _expire(ctx: Context, change: ChangeRequest, why: str) -> None:
    """End a change past its time, with what it had done of it."""
    state = ending([one.state for one in change.targets])
    claims.close(
        ctx, change, state, f"{why} before it was carried out. Request it anew."
        if state is State.CANCELLED else
        f"{why} while it was paused. Rerun the devices that are left.",
    )  # fmt: skip
    ctx.record("change.expired", change, outcome=change.outcome, state=state)
