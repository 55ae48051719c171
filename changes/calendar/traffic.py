"""Other open changes on the same devices, and on devices that stand in for them. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from changes.calendar.spans import Span
from changes.models import ChangeRequest, ChangeTarget
from changes.states import FINAL, State
from core.context import Context
from inventory.models import Device

WAITING = (State.PROPOSED, State.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """Another open change that touches a device; `span` None: at any time."""

    change: ChangeRequest
    device: Device
    span: Span | None


def touching(
    ctx: Context, devices: Sequence[Device], *, but: int | None
) -> tuple[tuple[Touch, ...], tuple[Touch, ...]]:
    """What touches the devices themselves, and what touches others of their redundancy groups.

    `but` is the change that is looked at. One that waits and whose window is over touches nothing.
    """
    chosen = {device.id for device in devices}
    groups = {device.redundancy_group for device in devices if device.redundancy_group}
    found = [_touch(change, device) for change, device in _rows(ctx, chosen, groups, but)]
    alive = [one for one in found if one.span is None or one.span.end > ctx.now()]
    same = tuple(one for one in alive if one.device.id in chosen)
    return same, tuple(one for one in alive if one.device.id not in chosen)


def _rows(
    ctx: Context, devices: set[int], groups: set[str], but: int | None
) -> Sequence[tuple[ChangeRequest, Device]]:
    concerned = Device.id.in_(devices) | Device.redundancy_group.in_(groups)
    rows = (
        select(ChangeRequest, Device)
        .join(ChangeTarget, ChangeTarget.change_id == ChangeRequest.id)
        .join(Device, Device.id == ChangeTarget.device_id)
        .where(ChangeRequest.state.not_in(FINAL), concerned)
        .order_by(ChangeRequest.id, Device.hostname)
    )
    if but is not None:
        rows = rows.where(ChangeRequest.id != but)
    return [(change, device) for change, device in ctx.session.execute(rows)]


def window_of(change: ChangeRequest) -> Span | None:
    """When the change is planned to run, if that is said."""
    start, end = change.window_start, change.window_end
    return Span(start, end) if start is not None and end is not None else None


def _touch(change: ChangeRequest, device: Device) -> Touch:
    waiting = change.state in WAITING  # one that has begun holds its devices until it is over
    return Touch(change=change, device=device, span=window_of(change) if waiting else None)
