"""What stands now against what a plan was made from: devices, inventory, masks, playbooks.

Looks at stored rows only; collects nothing.
"""

from pathlib import Path

from changes.errors import InventoryChanged, PreStateChanged, StaleDigest
from changes.plans import Plan, TargetPlan, edited
from changes.playbooks import FOLDER
from core.audit import Fact
from core.context import Context
from drift import assess
from drift.engine import Assessment
from drift.noise.masks import masked
from drift.noise.reach import active
from inventory import snapshots
from inventory.models import Device
from inventory.snapshot_models import Snapshot

ACTIVE = "active"


def require_current(ctx: Context, plan: Plan, *, shelf: Path = FOLDER) -> None:
    """What is approved must still be what would run.

    Raises StaleDigest for a playbook that was edited or a mask that was withdrawn,
    InventoryChanged for a device that is reached otherwise or somebody else's, PreStateChanged for
    one that showed another configuration since.
    """
    name = edited(plan, shelf)
    if name is not None:
        raise StaleDigest(
            f"The playbook {name} was edited since the change was planned. Renew the plan."
        )
    require_masks(ctx, plan)
    for target in plan.targets:
        require_inventory(ctx, target)
        require_version(ctx, target)
        shown = snapshots.last_trusted(ctx, target.device_id, "running")
        if shown is None or not same_state(ctx, target, shown):
            raise PreStateChanged(
                f"{target.hostname} shows another configuration than the one that the change was "
                "planned from. Renew the plan.",
                hostname=target.hostname,
            )


def inventory_of(device: Device) -> dict[str, Fact]:
    """How a device is reached and whose it is, and its state unless it is active; of the plan."""
    told: dict[str, Fact] = {
        "address": device.address, "port": device.port, "driver": device.driver,
        "credential": device.credential_id, "unit": device.governing_unit_id,
        "site": device.site_id, "role": device.role,
    }  # fmt: skip
    return told if device.state == ACTIVE else told | {"state": device.state}


def planned_for(target: TargetPlan) -> str:
    """The state that the device has to be in: active, or as it was planned."""
    return str(target.inventory.get("state", ACTIVE))


def require_inventory(ctx: Context, target: TargetPlan) -> None:
    """Raise unless the device is in the state, reached and owned as it was planned."""
    device = ctx.get(Device, target.device_id)
    if device.state != planned_for(target):
        raise PreStateChanged(
            f"{device.hostname} is {device.state}; this change is for one that is "
            f"{planned_for(target)}.",
            hostname=device.hostname,
        )
    now = inventory_of(device) | {"platform": device.platform, "state": device.state}
    moved = sorted(name for name, was in planned_inventory(target).items() if now[name] != was)
    if moved:
        raise InventoryChanged(
            f"The inventory of {device.hostname} changed since the plan: {', '.join(moved)}. "
            "Renew the plan.",
            hostname=device.hostname,
        )


def planned_inventory(target: TargetPlan) -> dict[str, Fact]:
    return {**target.inventory, "platform": target.platform}


def since(ctx: Context, target: TargetPlan, shown: Snapshot) -> Assessment:
    """What is different on the device since the pre-state, read from there: extra lines went.

    Judged with the masks of the plan and no others: these were approved with it.
    """
    before = snapshots.text_of(ctx, bytes.fromhex(target.pre_state))
    now = snapshots.text_of(ctx, shown.digest)
    steady = masked(now, before, target.masks, platform=target.platform)
    return assess(before, steady, platform=target.platform)


def require_version(ctx: Context, target: TargetPlan) -> None:
    """Raise PreStateChanged where an upgrade was planned from another version than now runs."""
    device = ctx.get(Device, target.device_id)
    planned = target.release
    if planned is not None and device.os_version != planned.former_version:
        raise PreStateChanged(
            f"{device.hostname} runs {device.os_version}; the change was planned from "
            f"{planned.former_version}. Renew the plan.",
            hostname=device.hostname,
        )


def same_state(ctx: Context, target: TargetPlan, shown: Snapshot) -> bool:
    """Whether a snapshot shows the state that was planned from, whatever moved by itself."""
    return shown.digest.hex() == target.pre_state or since(ctx, target, shown).in_sync


def require_masks(ctx: Context, plan: Plan) -> None:
    """Raise StaleDigest unless each mask of the plan still holds for its device."""
    held = active(ctx)
    for target in plan.targets:
        device = ctx.get(Device, target.device_id)
        holding = held.of(device.platform, device.governing_unit_id)
        gone = next((one for one in target.masks if one not in holding), None)
        if gone is not None:
            raise StaleDigest(
                f"{target.hostname} was planned with a mask that does not hold any more "
                f"({gone.label}). Renew the plan.",
                hostname=target.hostname,
            )
