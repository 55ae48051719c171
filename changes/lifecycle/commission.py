"""Put a planned device into service: a change towards its baseline, then it is active.

Requests and settles; the change itself is approved, run and verified like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from changes.errors import NothingToDo
from changes.models import ChangeRequest, ChangeTarget
from changes.planning import correction, typed
from changes.plans import TargetPlan
from changes.requests import Wanted, Window, propose
from changes.states import State
from core.actor import Actor
from core.audit import Fact
from core.context import Context
from core.errors import InvalidInput
from drift import baselines
from inventory import snapshots
from inventory.devices import set_state
from inventory.models import Device

PLANNED = "planned"
PLAYBOOK = "commission"
PLATFORM = Actor(
    name="trimtab",
    granted=frozenset({
        "baseline.approve", "change.read", "device.read", "device.write", "event.write",
        "snapshot.read",
    }),
)  # fmt: skip
"""Acts on the word of those who approved the change; it decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request of the first or the last change of a device says."""

    reason: str
    lines: tuple[str, ...] = ()
    way_back: tuple[str, ...] = ()
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class First(Asked):
    """A request of the first change; afterwards the clock may be off by so many seconds at most.

    None: it is not looked at.
    """

    clock_seconds: int | None = None


def request_commission(ctx: Context, device_id: int, asked: First) -> ChangeRequest:
    """Request that a planned device is put into service.

    With lines these are typed, else it is brought to its baseline (the intended configuration).
    Whatever answers must be the device that the CMDB knows, before it and after it.
    Needs `change.request` on it, a device that is planned, and a complete collection of it. Raises
    NotActive, InvalidInput without either lines or baseline, NothingToDo.
    """
    device = ctx.get(Device, device_id)
    ctx.require("change.request", device)
    wanted = Wanted(
        title=f"Commission {device.hostname}", reason=asked.reason, kind="commission",
        window=asked.window, playbook=PLAYBOOK,
    )  # fmt: skip
    target = replace(_target(ctx, device, asked), variables=_variables(device, asked))
    return propose(ctx, [(target, None)], wanted)


def _variables(device: Device, asked: First) -> dict[str, Fact]:
    clock = asked.clock_seconds
    return identity(device) | ({} if clock is None else {"trimtab_clock_seconds": clock})


def identity(device: Device) -> dict[str, Fact]:
    """The variable with what the device has to say of itself, as far as the CMDB knows it."""
    known = {"hostname": device.hostname, "serial": device.serial, "model": device.model}
    return {"trimtab_identity": {name: value for name, value in known.items() if value}}


def _target(ctx: Context, device: Device, asked: First) -> TargetPlan:
    if asked.lines:
        return typed(ctx, device, asked.lines, way_back=asked.way_back, state=PLANNED)
    baseline = baselines.baseline_for(ctx, device.id)
    if baseline is None:
        raise InvalidInput(
            f"{device.hostname} has no baseline. Give it its intended configuration "
            f"(`trimtab baseline set {device.hostname}`), or give the lines to type.",
            field="lines",
        )
    text = baselines.text(ctx, baseline)
    try:
        return correction(ctx, device, text, managed=baseline.sections, state=PLANNED)
    except NothingToDo as error:
        if snapshots.latest(ctx, device.id) is None:
            raise
        raise NothingToDo(
            f"{device.hostname} shows its baseline already. Put it into service with "
            f"`trimtab device state {device.hostname} active`."
        ) from error


def settle(ctx: Context) -> int:
    """Make the planned devices active whose commission was verified; how many.

    What such a device shows becomes its baseline, unless it was brought to one. Needs
    `change.execute`.
    """
    ctx.require("change.execute")
    acting = replace(ctx, person=PLATFORM)
    found = _verified(ctx)
    for target in found:
        _into_service(acting, target.change, target.device)
    return len(found)


def _verified(ctx: Context) -> Sequence[ChangeTarget]:
    query = (
        select(ChangeTarget)
        .join(ChangeRequest, ChangeRequest.id == ChangeTarget.change_id)
        .join(Device, Device.id == ChangeTarget.device_id)
        .where(
            ChangeRequest.kind == "commission", ChangeRequest.state == State.SUCCEEDED,
            Device.state == PLANNED,
        )
        .order_by(ChangeTarget.change_id)
    )  # fmt: skip
    return ctx.session.scalars(query).all()


def _into_service(ctx: Context, change: ChangeRequest, device: Device) -> None:
    set_state(ctx, device.id, "active")
    shown = snapshots.latest(ctx, device.id)
    if shown is not None and baselines.baseline_for(ctx, device.id) is None:
        baselines.approve_snapshot(ctx, shown.id, reason=f"commissioned by {change.label}")
    ctx.record("device.commissioned", device, change=change.id)
