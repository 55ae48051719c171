"""Plan a proposed or approved change anew. What was approved before is void, with the reason."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from changes import approvals
from changes.checks import checked
from changes.errors import WrongState
from changes.logins import planning as logins
from changes.logins.secrets import login_told
from changes.models import ChangeRequest
from changes.planning import by_playbook, filed, retyped
from changes.plans import Plan, TargetPlan, digest_of, stored, terms_of
from changes.playbook_syntax import usable
from changes.playbooks import check_variables
from changes.pre_state import planned_for
from changes.requests import check_window, corrected, plan_of, prepared, require_on_all
from changes.restoring import restored
from changes.sealed import is_rotation, rotated_again
from changes.states import State
from changes.taking_back import UNDOES, undone_again
from changes.upgrading import upgraded_again
from core.context import Context
from core.errors import InvalidInput
from drift.models import Finding
from inventory.models import Device

OPEN = frozenset({State.PROPOSED, State.APPROVED})


def renew(ctx: Context, change_id: int) -> ChangeRequest:
    """Plan the change again from what its devices show now. Needs `change.request` on each."""
    change = _open(ctx, change_id)
    plan = plan_of(change)
    for target in plan.targets:
        if not (target.lines or target.files):
            check_variables(usable(plan.playbook), target.variables)
    targets = [again(ctx, change, target) for target in plan.targets]
    return _revise(ctx, change, targets, _window(change), reason="planned anew from the devices")


def schedule(ctx: Context, change_id: int, *, start: datetime, end: datetime) -> ChangeRequest:
    """Give the change another window. Needs `change.request` on each device."""
    change = _open(ctx, change_id)
    check_window(ctx, (start, end))
    return _revise(
        ctx, change, plan_of(change).targets, (start, end), reason="given another window"
    )


def _open(ctx: Context, change_id: int) -> ChangeRequest:
    change = ctx.get_locked(ChangeRequest, change_id)
    require_on_all(ctx, change, "change.request")
    if change.state not in OPEN:
        raise WrongState(f"Change {change_id} is {change.state}; its plan is what it is.")
    return change


def again(ctx: Context, change: ChangeRequest, target: TargetPlan) -> TargetPlan:
    """What happens to a device of the change, planned from what it shows now for the same intent.

    The baseline that its finding is about, the version that it goes back to, a secret's reference,
    files, lines, or a playbook's variables. Needs `change.request` on it.
    """
    row = next(one for one in change.targets if one.device_id == target.device_id)
    if row.finding_id is not None:
        return corrected(ctx, ctx.get(Finding, row.finding_id))
    if UNDOES in target.intent:
        return undone_again(ctx, target)
    if target.intent:
        return _restored(ctx, target)
    device = ctx.get(Device, target.device_id)
    ctx.require("change.request", device)
    return _anew(ctx, device, target)


def _anew(ctx: Context, device: Device, target: TargetPlan) -> TargetPlan:
    """By what the target itself says: a release, a reference, files, lines or variables."""
    if target.release is not None:
        return upgraded_again(ctx, device, target.release)
    if login_told(target) is not None:
        return logins.rotated_again(ctx, device, target)
    if is_rotation(target):
        return rotated_again(ctx, device, target)
    if not (target.files or target.lines):
        return by_playbook(ctx, device, target.variables)
    state = planned_for(target)
    made = (
        filed(ctx, device, target.files, state=state) if target.files
        else retyped(ctx, device, target, state=state)
    )  # fmt: skip
    return replace(made, variables=target.variables)


def _restored(ctx: Context, target: TargetPlan) -> TargetPlan:
    snapshot, sections = target.intent["snapshot"], target.intent["sections"]
    if not isinstance(snapshot, int) or not isinstance(sections, Sequence):
        raise InvalidInput(f"The plan does not say to which version {target.hostname} goes back.")
    return restored(ctx, snapshot, [str(one) for one in sections])


def _revise(
    ctx: Context, change: ChangeRequest, targets: Sequence[TargetPlan],
    window: tuple[datetime, datetime] | None, *, reason: str,
) -> ChangeRequest:  # fmt: skip
    before: Plan = plan_of(change)
    terms = terms_of(before, window)
    plan = prepared(ctx, targets, terms, revision=before.revision + 1)
    plan = checked(ctx, plan, before.checks)
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
