"""Watch, stop and undo changes that run or ran. Executes nothing itself."""

from collections.abc import Sequence

from sqlalchemy import select

from changes import claims, requests
from changes.approvals import queue_execution
from changes.errors import WrongState
from changes.models import ChangeRequest, ChangeRun, ExecutionEvent, VerificationResult
from changes.requests import Wanted, plan_of, require_on_all
from changes.states import State
from core.context import Context


def stop(ctx: Context, change_id: int, *, note: str) -> ChangeRequest:
    """Stop a running change (its wave is rolled back), or cancel one that has not begun."""
    change = ctx.get_locked(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.stop")
    if change.state in {State.PROPOSED, State.APPROVED}:
        return requests.cancel(ctx, change_id, note=note)
    if change.state != State.RUNNING:
        raise WrongState(f"Change {change_id} is {change.state}; there is nothing to stop.")
    claims.request_stop(ctx, change)
    ctx.record("change.stop_requested", change, note=note)
    return change


def run_now(ctx: Context, change_id: int) -> ChangeRequest:
    """Queue an approved change whose window is open. Needs `change.execute`."""
    change = ctx.get_locked(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.execute")
    if change.state != State.APPROVED:
        raise WrongState(f"Change {change_id} is {change.state}; only an approved one runs.")
    queue_execution(ctx, change)
    ctx.record("change.queued", change)
    return change


def request_rollback(ctx: Context, change_id: int, *, reason: str) -> ChangeRequest:
    """Request the change that types the approved rollback lines of a succeeded one."""
    change = ctx.get_locked(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.execute")
    if change.state != State.SUCCEEDED:
        raise WrongState(f"Change {change_id} is {change.state}; only a succeeded one is undone.")
    lines = {one.device_id: one.rollback for one in plan_of(change).targets}
    wanted = Wanted(title=f"Roll back C{change.id}: {change.title}", reason=reason)
    undoing = requests.request_lines(ctx, lines, wanted)
    undoing.rolls_back_id = change.id
    ctx.record("change.rollback_requested", undoing, of=change.id)
    return undoing


def resolve_interrupted(ctx: Context, change_id: int, *, state: State, note: str) -> ChangeRequest:
    """A person decides what became of an interrupted change after looking at its devices."""
    change = ctx.get_locked(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.stop")
    if change.state != State.INTERRUPTED or not note.strip():
        raise WrongState(f"Change {change_id} is {change.state}, or no note says what was found.")
    requests.move(change, state)
    change.closed_at, change.outcome = ctx.now(), f"{change.outcome} Decided: {note}"
    ended = {State.SUCCEEDED: "done", State.ROLLED_BACK: "rolled_back"}.get(state, "failed")
    for target in change.targets:
        if target.state == "interrupted":
            target.state = ended
    ctx.record("change.interruption_resolved", change, state=state, note=note)
    return change


def log(
    ctx: Context, change_id: int, *, after: int = 0, limit: int = 500
) -> Sequence[ExecutionEvent]:
    """What the executions of a change told, in order; `after` is the last id already seen."""
    change = requests.get_change(ctx, change_id)
    query = (
        select(ExecutionEvent)
        .join(ChangeRun, ChangeRun.id == ExecutionEvent.run_id)
        .where(ChangeRun.change_id == change.id, ExecutionEvent.id > after)
        .order_by(ExecutionEvent.id)
        .limit(limit)
    )
    return ctx.session.scalars(query).all()


def verifications(ctx: Context, change_id: int) -> Sequence[VerificationResult]:
    """What the devices of a change showed afterwards, in order."""
    change = requests.get_change(ctx, change_id)
    query = (
        select(VerificationResult)
        .join(ChangeRun, ChangeRun.id == VerificationResult.run_id)
        .where(ChangeRun.change_id == change.id)
        .order_by(VerificationResult.id)
    )
    return ctx.session.scalars(query).all()
