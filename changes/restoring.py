"""Request that a device goes back to a version it once had, whole or in sections. Runs nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from changes.models import ChangeRequest
from changes.plans import TargetPlan
from changes.requests import Wanted, propose
from changes.sealed import restoration, rotation
from core.context import Context
from core.errors import InvalidInput
from inventory import snapshots
from inventory.models import Device

RESTORE, ROTATE = "restore_version", "rotate_secret"


def request_restore(
    ctx: Context, snapshot_id: int, wanted: Wanted, *, sections: Sequence[str] = ()
) -> ChangeRequest:
    """Request that a snapshot's device shows that version again, its secrets included.

    `sections` are patterns as of managed sections; without any it is the whole configuration.
    Needs `snapshot.read` and `change.request` on the device.
    """
    target = restored(ctx, snapshot_id, sections)
    return propose(ctx, [(target, None)], replace(wanted, playbook=RESTORE))


def restored(ctx: Context, snapshot_id: int, sections: Sequence[str]) -> TargetPlan:
    """What brings a snapshot's device back to it from what it shows now. Permissions as above."""
    snapshot = snapshots.get_snapshot(ctx, snapshot_id)
    device = ctx.get(Device, snapshot.device_id)
    ctx.require("change.request", device)
    if snapshot.source != "running" or not snapshot.trusted:
        raise InvalidInput(
            f"Snapshot {snapshot_id} of {device.hostname} is no running configuration that is "
            "trusted; choose another version."
        )
    text = snapshots.text_of(ctx, snapshot.digest)
    target = restoration(ctx, device, text, managed=sections)
    return replace(target, intent={"snapshot": snapshot_id, "sections": list(sections)})


def request_rotation(
    ctx: Context, lines: Mapping[int, Sequence[str]], wanted: Wanted, *, reference: str
) -> ChangeRequest:
    """Request that a secret is replaced on devices (by id): lines with `{secret}` for the new one.

    Needs `change.request` on each device. Neither plan nor log nor difference ever holds the value.
    """
    targets = []
    for device_id, typed in lines.items():
        device = ctx.get(Device, device_id)
        ctx.require("change.request", device)
        targets.append((rotation(ctx, device, typed, reference=reference), None))
    return propose(ctx, targets, replace(wanted, playbook=ROTATE))
