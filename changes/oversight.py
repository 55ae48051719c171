"""Steer, watch and undo changes that run or ran. Executes nothing itself."""

from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from sqlalchemy import select

from changes import approvals, claims, requests
from changes.approvals import queue_execution
from changes.calendar.opening import require_open
from changes.errors import NotApproved, NothingToDo, WrongState
from changes.logins import switching
from changes.models import (
    ChangeRequest,
    ChangeRun,
    ChangeTarget,
    ExecutionEvent,
    VerificationResult,
)
from changes.plans import Plan, rollout_of
from changes.requests import Kind, Method, Wanted, Window, plan_of, require_on_all
from changes.revisions import again
from changes.states import State, Target, ending
from changes.taking_back import all_back, wanted_back
from core.context import Context

FOUND = {State.SUCCEEDED: Target.DONE, State.ROLLED_BACK: Target.ROLLED_BACK}
"""What a device is said to be by what its whole change is said to be; else it failed."""
RERUN = frozenset({State.FAILED, State.ROLLED_BACK})


def pause(ctx: Context, change_id: int, *, note: str) -> ChangeRequest:
    """Have a running change end after its present wave, to be resumed. Needs `change.stop`."""
    change = _steered(ctx, change_id, "change.stop", {State.RUNNING}, "only a running one pauses")
    claims.request(ctx, change, "pause")
    ctx.record("change.pause_requested", change, note=note)
    return change


def resume(ctx: Context, change_id: int, *, note: str) -> ChangeRequest:
    """Have a paused change go on with the devices that wait. Needs `change.execute`.

    It stays paused until a worker claims it. Raises WindowClosed or Frozen outside of its time,
    NotApproved when its approvals count no more.
    """
    change = _steered(
        ctx, change_id, "change.execute", {State.PAUSED}, "only a paused one is resumed"
    )
    if not approvals.is_complete(ctx, change):
        raise NotApproved(
            f"The approvals of change {change_id} count no more. Stop it, then rerun the devices "
            "that are left as a new change."
        )
    require_open(ctx, change, plan_of(change), at=ctx.now())
    claims.request(ctx, change, "resume")
    queue_execution(ctx, change)
    ctx.record("change.resumed", change, note=note)
    return change


def stop(ctx: Context, change_id: int, *, note: str) -> ChangeRequest:
    """Stop a running or paused change, or cancel one that has not begun. Needs `change.stop`.

    The wave in progress is finished, or broken off and rolled back; devices that waves before it
    changed stay as declared, all others are not touched.
    """
    change = ctx.get_locked(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.stop")
    if change.state in {State.PROPOSED, State.APPROVED}:
        return requests.cancel(ctx, change_id, note=note)
    _require_state(change, {State.RUNNING, State.PAUSED}, "there is nothing to stop")
    if change.state == State.RUNNING:
        claims.request(ctx, change, "stop")
        ctx.record("change.stop_requested", change, note=note)
        return change
    state = ending([one.state for one in change.targets])
    claims.close(ctx, change, state, f"A person stopped it while it was paused: {note}")
    ctx.record("change.stopped", change, note=note, state=state)
    return change


def roll_back(ctx: Context, change_id: int, *, note: str) -> ChangeRequest:
    """Stop a running or paused change and undo all that it touched. Needs `change.execute`."""
    change = _steered(
        ctx, change_id, "change.execute", {State.RUNNING, State.PAUSED},
        "a succeeded one is undone by a change of its own, and nothing else is to be rolled back",
    )  # fmt: skip
    if change.state == State.PAUSED and not any(one.touched_at for one in change.targets):
        return stop(ctx, change_id, note=note)
    claims.request(ctx, change, "roll_back")
    if change.state == State.PAUSED:
        queue_execution(ctx, change)
    ctx.record("change.roll_back_requested", change, note=note)
    return change


def run_now(ctx: Context, change_id: int) -> ChangeRequest:
    """Queue an approved change whose window is open. Needs `change.execute`."""
    change = _steered(
        ctx, change_id, "change.execute", {State.APPROVED}, "only an approved one runs"
    )
    queue_execution(ctx, change)
    ctx.record("change.queued", change)
    return change


def request_rollback(ctx: Context, change_id: int, *, reason: str) -> ChangeRequest:
    """Request the change that takes a succeeded one back: lines, files, secrets, or by playbook.

    Planned from the change's own plan and from what its devices show now. Needs `change.request`
    on each device too. Raises NoWayBack with the reason where there is none.
    """
    change = _steered(
        ctx, change_id, "change.execute", {State.SUCCEEDED}, "only a succeeded one is undone"
    )
    targets = [(one, None) for one in all_back(ctx, change)]
    undoing = requests.propose(ctx, targets, wanted_back(change, reason=reason))
    undoing.rolls_back_id = change.id
    ctx.record("change.rollback_requested", undoing, of=change.id)
    return undoing


def rerun_failed(
    ctx: Context, change_id: int, *, reason: str, window: Window | None = None
) -> ChangeRequest:
    """Request what is left of a change: the same for its devices that are not as declared.

    Planned anew from what they show now, with a digest and approvals of its own. Devices that show
    already what was wanted are left out. Needs `change.request` on each of the others.
    """
    change = ctx.get_locked(ChangeRequest, change_id)
    left = {one.device_id: one for one in change.targets if one.state != Target.DONE}
    for row in left.values():
        ctx.require("change.request", row.device)
    _require_state(change, RERUN, "only one that failed or was rolled back is rerun")
    plan, targets = plan_of(change), []
    for target in plan.targets:
        if target.device_id in left:
            with suppress(NothingToDo):
                finding_id = left[target.device_id].finding_id
                targets.append((again(ctx, change, target), finding_id))
    if not targets:
        raise NothingToDo(f"Every device of change {change_id} shows what was wanted.")
    rerun = requests.propose(ctx, targets, _wanted(change, plan, reason, window))
    rerun.reruns_id = change.id
    ctx.record("change.rerun_requested", rerun, of=change.id)
    return rerun


def _wanted(change: ChangeRequest, plan: Plan, reason: str, window: Window | None) -> Wanted:
    """The former request's terms; what is left of an emergency is a normal change."""
    kind = cast("Kind", "normal" if plan.kind == "emergency" else plan.kind)
    return Wanted(
        title=f"Rerun of C{change.id}: {change.title}", reason=reason, kind=kind,
        method=cast("Method", plan.method), window=window, problem_id=change.problem_id,
        playbook=plan.playbook, way_back=plan.way_back, rollout=rollout_of(plan),
        checks=plan.checks, source=plan.source,
    )  # fmt: skip


def resolve_interrupted(ctx: Context, change_id: int, *, state: State, note: str) -> ChangeRequest:
    """A person decides what became of every interrupted device of a change, having looked."""
    change = _interrupted(ctx, change_id, note)
    if state not in {State.SUCCEEDED, State.ROLLED_BACK, State.FAILED}:
        raise WrongState(f"Change {change_id} is {change.state}; it cannot become {state}.")
    for target in change.targets:
        if target.state == Target.INTERRUPTED:
            _decide(ctx, target, FOUND.get(state, Target.FAILED), note)
    return _decided(ctx, change, note=note, decided=state)


def resolve_device(
    ctx: Context, change_id: int, device_id: int, *, state: Target, note: str
) -> ChangeRequest:
    """A person decides what became of one interrupted device: done, rolled_back or failed.

    With the last one the change ends, by where all its devices stand.
    """
    change = _interrupted(ctx, change_id, note)
    target = next((one for one in change.targets if one.device_id == device_id), None)
    if target is None or target.state != Target.INTERRUPTED:
        raise WrongState(f"Change {change_id} has no interrupted device {device_id}.")
    if state not in {Target.DONE, Target.ROLLED_BACK, Target.FAILED}:
        raise WrongState("An interrupted device is decided to be done, rolled_back or failed.")
    _decide(ctx, target, state, note)
    return _decided(ctx, change, note=f"{target.hostname}: {note}", decided=state)


def _interrupted(ctx: Context, change_id: int, note: str) -> ChangeRequest:
    change = _steered(
        ctx, change_id, "change.stop", {State.INTERRUPTED}, "only an interrupted one is decided"
    )
    if not note.strip():
        raise WrongState(f"Change {change_id} is not decided: no note says what was found.")
    return change


def _decide(ctx: Context, target: ChangeTarget, state: Target, note: str) -> None:
    switching.settle(ctx, target.change, target.device_id, state)
    target.state, target.result = state, f"{target.result} Decided: {note}".strip()


def _decided(ctx: Context, change: ChangeRequest, *, note: str, decided: str) -> ChangeRequest:
    change.outcome = f"{change.outcome} Decided: {note}"
    state = ending([one.state for one in change.targets])
    if state is not State.INTERRUPTED:
        claims.close(ctx, change, state, change.outcome)
    ctx.record("change.interruption_resolved", change, state=decided, note=note, now=change.state)
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


def _steered(
    ctx: Context, change_id: int, permission: str, states: frozenset[State] | set[State], only: str
) -> ChangeRequest:
    """The change, locked, if it is in one of these states and the permission holds on all of it."""
    change = ctx.get_locked(ChangeRequest, change_id)
    require_on_all(ctx, change, permission)
    _require_state(change, states, only)
    return change


def _require_state(change: ChangeRequest, states: frozenset[State] | set[State], only: str) -> None:
    if change.state not in states:
        raise WrongState(f"Change {change.id} is {change.state}; {only}.")
