"""When may it run: whether now, and when next. Reads only."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from changes.calendar import series
from changes.calendar.clashes import frozen_words, lets
from changes.calendar.errors import Frozen
from changes.calendar.exceptions import binding, excepted
from changes.calendar.models import ChangeWindow, Freeze
from changes.calendar.series import Held
from changes.calendar.spans import Span, common, merged, without
from changes.calendar.traffic import touching
from changes.errors import WindowClosed
from changes.models import ChangeRequest
from changes.plans import Plan
from core.context import Context
from core.errors import InvalidInput
from inventory.models import Device

HORIZON = timedelta(days=366)
INSTANT = timedelta(microseconds=1)


def require_open(ctx: Context, change: ChangeRequest, plan: Plan, *, at: datetime) -> None:
    """Raise WindowClosed unless the window signed with the plan is open, Frozen in a freeze.

    A freeze binds every kind that it does not exempt, unless the plan has an approved exception. A
    plan whose risk demands a window and that has none is never open, but for an emergency. Asks
    nobody's permission.
    """
    if plan.window_start is not None and plan.window_end is not None:
        start, end = (datetime.fromisoformat(one) for one in (plan.window_start, plan.window_end))
        if not start <= at < end:
            raise WindowClosed(
                f"The window of change {change.id} is not open now: it is from {start:%F %H:%M %Z} "
                f"to {end:%F %H:%M %Z}."
            )
    elif plan.kind != "emergency" and plan.risk is not None and plan.risk.window_required:
        raise WindowClosed(f"Change {change.id} needs a window, for its risk, and has none.")
    _require_thaw(ctx, change, plan, Span(at, at + INSTANT))


def _require_thaw(ctx: Context, change: ChangeRequest, plan: Plan, moment: Span) -> None:
    freezes = series.holding(ctx, Freeze, moment)
    if not freezes.rows:
        return
    rows = set(binding(freezes.rows, kind=plan.kind, excepted=excepted(ctx, change)))
    for device in series.devices(ctx, (target.device_id for target in plan.targets)):
        held = next((row for row, _ in freezes.of(device) if row in rows), None)
        if held is not None:
            raise Frozen(
                f"{frozen_words(held, [device])} Wait until it is over, or ask for an exception "
                f"of change {change.id}.",
                freeze=held.id,
                hostname=device.hostname,
            )


def next_opening(
    ctx: Context, device_ids: Sequence[int], *, after: datetime, lasting: timedelta,
    kind: str = "normal", but: int | None = None,
) -> tuple[datetime, datetime] | None:  # fmt: skip
    """The first time after `after` at which all the devices may be changed for so long, or None.

    Within maintenance windows of each that are for this kind, outside of freezes, and apart from
    other open changes (except the change `but`) of these devices and their redundancy groups.
    Looks a year ahead. Needs `change.read` on each device.
    """
    ctx.require("change.read")
    if lasting <= timedelta():
        raise InvalidInput("A change takes some time: give a length above zero.", field="lasting")
    devices = series.devices(ctx, device_ids)
    if not devices:
        raise InvalidInput("Name at least one device.", field="device_ids")
    for device in devices:
        ctx.require("change.read", device)
    frame = Span(after, after + HORIZON)
    free = without(_open(ctx, devices, frame, kind), _taken(ctx, devices, frame, kind, but=but))
    found = next((one for one in free if one.end - one.start >= lasting), None)
    return (found.start, found.start + lasting) if found is not None else None


def _open(ctx: Context, devices: Sequence[Device], frame: Span, kind: str) -> tuple[Span, ...]:
    """When windows of every device are open; devices with the same windows count once."""
    windows = series.holding(ctx, ChangeWindow, frame)
    found: tuple[Span, ...] = (frame,)
    for rows in {windows.reaching(device) for device in devices}:
        found = common(found, _spans([row for row in rows if lets(row, kind)], frame))
    return found


def _taken(
    ctx: Context, devices: Sequence[Device], frame: Span, kind: str, *, but: int | None
) -> tuple[Span, ...]:
    freezes = series.holding(ctx, Freeze, frame)
    change = ctx.get(ChangeRequest, but) if but is not None else None
    free = excepted(ctx, change) if change is not None else frozenset[int]()
    reaching = {row for device in devices for row in freezes.reaching(device)}
    frozen = _spans(binding(tuple(reaching), kind=kind, excepted=free), frame)
    same, group = touching(ctx, devices, but=but)
    return merged((*frozen, *(one.span for one in (*same, *group) if one.span is not None)))


def _spans(rows: Sequence[Held], frame: Span) -> tuple[Span, ...]:
    return merged(span for row in rows for span in series.spans_of(row, frame))
