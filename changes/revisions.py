"""Plan a proposed or approved change anew. What was approved before is void, with the reason."""

from collections.abc import Sequence
from datetime import datetime

from changes import approvals
from changes.errors import WrongState
from changes.models import ChangeRequest
from changes.planning import typed
from changes.plans import Plan, TargetPlan, digest_of, make_plan, stored, terms_of
from changes.requests import check_window, corrected, plan_of, require_on_all, risk_of
from changes.states import State
from core.context import Context
from drift.models import Finding
from inventory.models import Device

OPEN = frozenset({State.PROPOSED, State.APPROVED})


def renew(ctx: Context, change_id: int) -> ChangeRequest:
    """Plan the change again from what its devices show now. Needs `change.request` on each."""
    change = _open(ctx, change_id)
    targets = [again(ctx, change, target) for target in plan_of(change).targets]
    return _revise(ctx, change, targets, _window(change), reason="planned anew from the devices")


def schedule(ctx: Context, change_id: int, *, start: datetime, end: datetime) -> ChangeRequest:
    """Give the change another window. Needs `change.request` on each device."""
    change = _open(ctx, change_id)
    check_window(ctx, (start, end))
    return _revise(
        ctx, change, plan_of(change).targets, (start, end), reason="it got another window"
    )


def _open(ctx: Context, change_id: int) -> ChangeRequest:
    change = ctx.get_locked(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.request")
    if change.state not in OPEN:
        raise WrongState(f"Change {change_id} is {change.state}; its plan is what it is.")
    return change


def again(ctx: Context, change: ChangeRequest, target: TargetPlan) -> TargetPlan:
    """What happens to a device of the change, planned from what it shows now."""
    row = next(one for one in change.targets if one.device_id == target.device_id)
    if row.finding_id is not None:
        return corrected(ctx, ctx.get(Finding, row.finding_id))
    return typed(ctx, ctx.get(Device, target.device_id), target.lines)


def _revise(
    ctx: Context, change: ChangeRequest, targets: Sequence[TargetPlan],
    window: tuple[datetime, datetime] | None, *, reason: str,
) -> ChangeRequest:  # fmt: skip
    before: Plan = plan_of(change)
    terms = terms_of(before, window)
    plan = make_plan(
        targets, terms, risk=risk_of(ctx, targets, terms), revision=before.revision + 1
    )
    was = change.digest
    approvals.void_all(ctx, change, reason=f"The change was {reason}.")
    change.plan, change.digest = stored(plan), digest_of(plan)
    change.window_start, change.window_end = window or (None, None)
    ctx.record(
        "change.revised", change, reason=reason, digest=change.digest, before=was,
        revision=plan.revision,
    )  # fmt: skip
    return change


def _window(change: ChangeRequest) -> tuple[datetime, datetime] | None:
    if change.window_start is None or change.window_end is None:
        return None
    return change.window_start, change.window_end
