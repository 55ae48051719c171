"""The last change of a device, and its end: retired only when nothing refers to it any more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from changes.errors import NothingToDo, StillThere, WrongState
from changes.lifecycle.commission import PLATFORM, Asked, identity
from changes.lifecycle.remains import Remaining, remains_of
from changes.lifecycle.shutting import shutting
from changes.models import ChangeRequest, ChangeTarget
from changes.planning import typed
from changes.requests import Wanted, plan_of, propose
from changes.states import State
from core.context import Context
from inventory.devices import retire_device
from inventory.models import Device
from operations import events
from operations.models import Event

KIND = "decommission_waits"
PLAYBOOK = "decommission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Last(Asked):
    """A request of the last change.

    `neighbours` are those that may still be up when it runs: names of LLDP and CDP, addresses of
    BGP and OSPF. With `keep` every interface is shut but for these and the management's own; None
    shuts none.
    """

    neighbours: tuple[str, ...] = ()
    keep: tuple[str, ...] | None = None


def request_decommission(ctx: Context, device_id: int, asked: Last) -> ChangeRequest:
    """Request the last change of an active device: the lines that take it out of service.

    Nothing is typed while a neighbour is up that the request does not name. Needs `change.request`
    on it. When the change has succeeded the device waits for `finish`.
    """
    device = ctx.get(Device, device_id)
    ctx.require("change.request", device)
    shut = () if asked.keep is None else shutting(ctx, device, keep=asked.keep)
    lines = (*asked.lines, *shut)
    if not lines:
        raise NothingToDo(
            f"Give the lines that take {device.hostname} out of service (shut its interfaces, take "
            "its routing and logins away)."
        )
    wanted = Wanted(
        title=f"Decommission {device.hostname}", reason=asked.reason, kind="decommission",
        window=asked.window, playbook=PLAYBOOK,
    )  # fmt: skip
    target = typed(ctx, device, lines, way_back=asked.way_back)
    told = identity(device) | {"trimtab_neighbours": list(asked.neighbours)}
    return propose(ctx, [(replace(target, variables=told), None)], wanted)


def remains(ctx: Context, device_id: int) -> tuple[Remaining, ...]:
    """What still refers to the device, each with how it is removed. Needs `device.read` on it."""
    device = ctx.get(Device, device_id)
    ctx.require("device.read", device)
    return remains_of(replace(ctx, person=PLATFORM), device)


def finish(ctx: Context, device_id: int) -> Device:
    """Retire a device whose decommission was carried out, if nothing remains of it.

    Needs `device.write` on it. Raises WrongState without a decommission that succeeded, StillThere
    with all that remains.
    """
    device = ctx.get_locked(Device, device_id)
    ctx.require("device.write", device)
    change = carried_out(ctx, device)
    left = remains(ctx, device_id)
    if left:
        told = "; ".join(f"{one.what} ({one.how})" for one in left[:20])
        raise StillThere(
            f"{device.hostname} is not retired, these refer to it still: {told}.",
            remains="; ".join(one.what for one in left),
        )
    return _retired(ctx, device, change)


def carried_out(ctx: Context, device: Device) -> ChangeRequest:
    """The decommission of the device that succeeded last, or WrongState."""
    query = (
        select(ChangeRequest)
        .join(ChangeTarget, ChangeTarget.change_id == ChangeRequest.id)
        .where(
            ChangeTarget.device_id == device.id, ChangeRequest.kind == "decommission",
            ChangeRequest.state == State.SUCCEEDED,
        )
        .order_by(ChangeRequest.id.desc())
        .limit(1)
    )  # fmt: skip
    found = ctx.session.scalar(query)
    if found is None or device.state == "retired":
        raise WrongState(
            f"{device.hostname} is {device.state} and no decommission of it waits to be finished. "
            f"Request one (`trimtab device decommission {device.hostname}`)."
        )
    return found


def settle(ctx: Context) -> int:
    """Retire each device whose decommission was carried out and of which nothing remains.

    Of the others one event tells what remains. Returns how many were retired. Needs
    `change.execute`.
    """
    ctx.require("change.execute")
    acting = replace(ctx, person=PLATFORM)
    retired = 0
    for device in _waiting(ctx):
        left = remains_of(acting, device)
        if left:
            _tell(acting, device, left)
        else:
            _retired(acting, device, carried_out(ctx, device))
            retired += 1
    return retired


def _waiting(ctx: Context) -> Sequence[Device]:
    query = (
        select(Device)
        .join(ChangeTarget, ChangeTarget.device_id == Device.id)
        .join(ChangeRequest, ChangeRequest.id == ChangeTarget.change_id)
        .where(
            ChangeRequest.kind == "decommission", ChangeRequest.state == State.SUCCEEDED,
            Device.state != "retired",
        )
        .order_by(Device.id)
        .distinct()
    )  # fmt: skip
    return ctx.session.scalars(query).all()


def _retired(ctx: Context, device: Device, change: ChangeRequest) -> Device:
    alive = select(Event.id).where(
        Event.fingerprint == f"{KIND}:{device.id}", Event.state != "closed"
    )
    for key in ctx.session.scalars(alive):
        events.close(replace(ctx, person=PLATFORM), key, "Nothing remains of it.")
    copies = [one.pre_state for one in plan_of(change).targets if one.device_id == device.id]
    ctx.record("device.decommissioned", device, change=change.id, last_copy=copies)
    return retire_device(ctx, device.id, reason=f"decommissioned by {change.label}")


def _tell(ctx: Context, device: Device, left: Sequence[Remaining]) -> None:
    """One event as long as it waits; what remains stands on its page, where it is up to date."""
    mark = f"{KIND}:{device.id}"
    known = select(Event.id).where(Event.fingerprint == mark, Event.state != "closed")
    if ctx.session.scalar(known) is not None:
        return
    events.raise_event(
        ctx, fingerprint=mark, kind=KIND, severity="minor", device_id=device.id,
        title=f"{device.hostname} cannot be retired yet",
        detail="\n".join(f"{one.what}: {one.how}" for one in left[:50]),
    )  # fmt: skip
