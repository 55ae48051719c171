"""Retire a device at once, for one that is gone; what still refers to it is told and recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from changes.errors import StillThere, WrongState
from changes.lifecycle.decommission import remains
from changes.lifecycle.remains import Remaining, unfinished
from changes.models import ChangeRequest
from changes.states import State, Target
from core.context import Context
from inventory.devices import retire_device
from inventory.models import Device

AT_WORK = (Target.RUNNING, Target.INTERRUPTED)
RECORDED = 200  # references told in the record; the number tells of the others

OpenChanges = Literal["refuse", "leave"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """The device, and what refers to it still."""

    device: Device
    remains: tuple[Remaining, ...]


def retire(
    ctx: Context, device_id: int, *, reason: str, open_changes: OpenChanges = "refuse"
) -> Retired:
    """End the device's life without a last change. Needs `device.write` on it.

    Raises StillThere while changes of it are open, unless these are left as they are: they cannot
    run any more. Raises WrongState while one of them has it in work.
    """
    device = ctx.get_locked(Device, device_id)
    ctx.require("device.write", device)
    changes = unfinished(ctx, device)
    _require_idle(device, changes)
    if changes and open_changes == "refuse":
        told = ", ".join(f"{one.label} ({one.state})" for one in changes[:20])
        raise StillThere(
            f"Changes of {device.hostname} are open: {told}. Cancel them (`trimtab change "
            "cancel`), or retire it in spite of them (`--force`); they cannot run then.",
            remains=told,
        )
    left = remains(ctx, device_id)
    retire_device(ctx, device_id, reason=reason)
    ctx.record(
        "device.retired_at_once", device, reason=reason, remain=len(left),
        remains=[f"{one.kind}: {one.what}" for one in left[:RECORDED]],
        open_changes=[one.id for one in changes],
    )  # fmt: skip
    return Retired(device=device, remains=left)


def _require_idle(device: Device, changes: Sequence[ChangeRequest]) -> None:
    for change in changes:
        mine = next(one for one in change.targets if one.device_id == device.id)
        if change.state == State.RUNNING or mine.state in AT_WORK:
            raise WrongState(
                f"{change.label} is {change.state} and has {device.hostname} in work. Stop it, or "
                "decide what became of the device, first."
            )
