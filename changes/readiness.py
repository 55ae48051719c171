"""May an approved change run right now? Looks at everything again; touches nothing."""

from datetime import datetime
from pathlib import Path

from changes import approvals
from changes.errors import (
    DeviceNotObserved,
    NotApproved,
    PreStateChanged,
    StaleDigest,
    WindowClosed,
)
from changes.models import ChangeRequest
from changes.plans import Plan, TargetPlan, digest_of, edited
from changes.pre_state import require_inventory, require_masks, same_state
from changes.requests import plan_of
from core.context import Context
from drift.observation import collect_device
from inventory import snapshots
from inventory.models import Device


def still_allowed(ctx: Context, change_id: int, *, shelf: Path) -> Plan:
    """The plan, if it may run now; otherwise the reason as an error. Observes every device.

    `shelf` holds the playbooks as they will run. Raises StaleDigest, NotApproved, WindowClosed,
    DeviceNotObserved or PreStateChanged.
    """
    change = ctx.get(ChangeRequest, change_id)
    plan = plan_of(change)
    if digest_of(plan) != change.digest:
        raise StaleDigest(f"The plan of change {change.id} is not the one its digest names.")
    name = edited(plan, shelf)
    if name is not None:
        raise StaleDigest(f"The playbook {name} was edited after the approval.")
    if len(approvals.standing(ctx, change)) < approvals.REQUIRED[plan.kind]:
        raise NotApproved(f"Change {change.id} lacks approvals that count now.")
    _require_open_window(ctx, plan, change)
    require_masks(ctx, plan)
    for target in plan.targets:
        _require_pre_state(ctx, target)
    _require_open_window(ctx, plan, change)  # observing took its time
    return plan


def _require_open_window(ctx: Context, plan: Plan, change: ChangeRequest) -> None:
    """The window that was signed with the plan, whatever the row says."""
    if plan.window_start is None or plan.window_end is None:
        return
    start, end = (datetime.fromisoformat(one) for one in (plan.window_start, plan.window_end))
    if not start <= ctx.now() < end:
        raise WindowClosed(f"The window of change {change.id} is not open now.")


def _require_pre_state(ctx: Context, target: TargetPlan) -> None:
    device = ctx.get(Device, target.device_id)
    require_inventory(ctx, target)
    collected = collect_device(ctx, target.device_id)
    ctx.commit()
    if collected.outcome != "collected":
        raise DeviceNotObserved(
            f"{device.hostname} could not be observed before the change ({collected.outcome}): "
            f"{collected.detail} No device was touched. Request it anew once it answers.",
            hostname=device.hostname,
        )
    shown = snapshots.latest(ctx, target.device_id)
    if shown is None or not same_state(ctx, target, shown):
        raise PreStateChanged(
            f"{device.hostname} shows another configuration than when the change was planned. "
            "Renew the plan from what the device shows now.",
            hostname=device.hostname,
        )
