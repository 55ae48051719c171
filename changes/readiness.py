"""May an approved change run right now, and is a device as it was planned from? Touches nothing.

The whole is looked at without a device (`still_allowed`), each wave's devices just before it is
their turn (`look`): the first device is touched after one device was read, not after all.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from changes import approvals
from changes.approving.witnessed import require_witnessed
from changes.calendar.opening import require_open
from changes.errors import (
    DeviceNotObserved,
    GlassOver,
    NotApproved,
    PreStateChanged,
    StaleDigest,
)
from changes.models import ChangeRequest
from changes.plans import Plan, TargetPlan, digest_of, edited
from changes.pre_state import require_inventory, require_masks, require_version, same_state
from changes.requests import plan_of
from changes.running.hosts import require_variables
from changes.states import Target
from core.context import Context
from drift.observation import collect_device
from inventory import snapshots
from inventory.models import Device


def still_allowed(ctx: Context, change_id: int, *, shelf: Path) -> Plan:
    """The plan, if it may run now; otherwise the reason as an error. Speaks to no device.

    `shelf` holds the playbooks as they will run. Raises StaleDigest, NotApproved, WindowClosed,
    Frozen, InventoryChanged or PreStateChanged. Only the devices that wait are judged.
    """
    change = ctx.get(ChangeRequest, change_id)
    plan = approved_plan(ctx, change_id, shelf=shelf)
    if not approvals.is_complete(ctx, change):
        raise NotApproved(f"Change {change.id} lacks approvals that count now.")
    require_witnessed(ctx, change)
    require_open(ctx, change, plan, at=ctx.now())
    waiting = of_these(plan, {
        one.device_id for one in change.targets
        if one.state in {Target.WAITING, Target.RUNNING}
    })  # fmt: skip
    require_masks(ctx, waiting)
    for target in waiting.targets:
        require_inventory(ctx, target)
    return plan


def approved_plan(ctx: Context, change_id: int, *, shelf: Path) -> Plan:
    """The plan as it was signed, with playbooks as they were signed; or StaleDigest."""
    change = ctx.get(ChangeRequest, change_id)
    plan = plan_of(change)
    if digest_of(plan) != change.digest:
        raise StaleDigest(f"The plan of change {change.id} is not the one its digest names.")
    name = edited(plan, shelf)
    if name is not None:
        raise StaleDigest(f"The playbook {name} was edited after the approval.")
    require_variables(plan, shelf)
    return plan


def of_these(plan: Plan, devices: Collection[int]) -> Plan:
    """The plan with only these devices' targets, to be judged; its waves are as they were."""
    return replace(plan, targets=tuple(one for one in plan.targets if one.device_id in devices))


def require_still_open(ctx: Context, change_id: int, plan: Plan) -> None:
    """Observing took its time: raise unless it may begin at this moment.

    WindowClosed or Frozen; GlassOver as `require_glass` does.
    """
    require_glass(ctx, change_id)
    require_open(ctx, ctx.get(ChangeRequest, change_id), plan, at=ctx.now())


def require_glass(ctx: Context, change_id: int) -> None:
    """Raise GlassOver where an emergency runs on a broken glass alone that counts no more."""
    change = ctx.get(ChangeRequest, change_id)
    if change.kind != "emergency" or not change.grants or approvals.is_complete(ctx, change):
        return
    last = change.grants[-1]
    raise GlassOver(
        f"The time of the broken glass was over at {last.valid_until:%F %H:%M %Z}."
        if last.valid_until <= ctx.now()
        else "The broken glass counts no more."
    )


def look(ctx: Context, target: TargetPlan) -> None:
    """Observe a device; raise unless it is the one, and as it was, that the plan was made from."""
    device = ctx.get(Device, target.device_id)
    require_inventory(ctx, target)
    collected = collect_device(ctx, target.device_id)
    ctx.commit()
    if collected.outcome != "collected":
        raise DeviceNotObserved(
            f"{device.hostname} could not be observed before the change ({collected.outcome}): "
            f"{collected.detail} It was not touched. Request it anew once it answers.",
            hostname=device.hostname,
        )
    require_version(ctx, target)
    shown = snapshots.latest(ctx, target.device_id)
    if shown is None or not same_state(ctx, target, shown):
        raise PreStateChanged(
            f"{device.hostname} shows another configuration than when the change was planned. "
            "Renew the plan from what the device shows now.",
            hostname=device.hostname,
        )
