"""What stands against a change at a time: other changes, freezes, no window. Refuses nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Literal

from changes.calendar import series
from changes.calendar.exceptions import binding, excepted
from changes.calendar.models import ChangeWindow, Freeze
from changes.calendar.series import Held, Holding
from changes.calendar.spans import Span, covered
from changes.calendar.traffic import Touch, touching, window_of
from changes.models import ChangeRequest
from changes.plans import PLAN
from core.context import Context
from core.errors import InvalidInput
from inventory.models import Device

Kind = Literal[
    "same_device", "same_group", "frozen", "no_window", "uncovered", "windows_overlap",
]  # fmt: skip
AT_ONCE = timedelta(minutes=1)
NAMED = 3  # hostnames in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One thing that stands against it, in words; `change_id` is the other change.

    `frozen` and `no_window` forbid it, the others warn.
    """

    kind: Kind
    words: str
    change_id: int | None = None
    freeze_id: int | None = None

    @property
    def forbids(self) -> bool:
        return self.kind in {"frozen", "no_window"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is asked about: which devices, when, what kind of change, and which change it is."""

    devices: tuple[Device, ...]
    frame: Span
    kind: str
    change: ChangeRequest | None
    window: Span | None
    window_required: bool


def conflicts(
    ctx: Context, about: ChangeRequest | Sequence[int],
    window: tuple[datetime, datetime] | None, *, kind: str = "normal",
    window_required: bool = False,
) -> tuple[Conflict, ...]:  # fmt: skip
    """What stands against a change, or against changing devices (ids), in a window.

    Without a window it would run at once, and may meet whatever others do. Of a change, kind and
    whether it needs a window are its own. Needs `change.read` on each device.
    """
    ctx.require("change.read")
    asked = _question(ctx, about, window, kind=kind, window_required=window_required)
    if not asked.devices:
        raise InvalidInput("Name at least one device.", field="device_ids")
    for device in asked.devices:
        ctx.require("change.read", device)
    windows = series.holding(ctx, ChangeWindow, asked.frame)
    return (
        *_frozen(ctx, asked), *_uncovered(asked, windows), *_others(ctx, asked),
        *_crossing(asked, windows),
    )  # fmt: skip


def conflicts_of(ctx: Context, change: ChangeRequest) -> tuple[Conflict, ...]:
    """What stands against the change in its window."""
    span = window_of(change)
    return conflicts(ctx, change, (span.start, span.end) if span is not None else None)


def _question(
    ctx: Context, about: ChangeRequest | Sequence[int],
    window: tuple[datetime, datetime] | None, *, kind: str, window_required: bool,
) -> _Question:  # fmt: skip
    span = Span(*window) if window else None
    now = ctx.now()
    frame = span or Span(now, now + AT_ONCE)
    if not isinstance(about, ChangeRequest):
        return _Question(
            devices=series.devices(ctx, about), frame=frame, kind=kind, change=None, window=span,
            window_required=window_required,
        )  # fmt: skip
    risk = PLAN.validate_python(about.plan).risk
    return _Question(
        devices=tuple(target.device for target in about.targets), frame=frame, kind=about.kind,
        change=about, window=span, window_required=risk is not None and risk.window_required,
    )  # fmt: skip


def _frozen(ctx: Context, asked: _Question) -> Iterable[Conflict]:
    freezes = series.holding(ctx, Freeze, asked.frame)
    free = excepted(ctx, asked.change) if asked.change is not None else frozenset[int]()
    held: dict[int, list[Device]] = {}
    rows = {row.id: row for row in binding(freezes.rows, kind=asked.kind, excepted=free)}
    for device in asked.devices:
        for row, _ in freezes.of(device):
            if row.id in rows:
                held.setdefault(row.id, []).append(device)
    for key, devices in held.items():
        yield Conflict(kind="frozen", freeze_id=key, words=frozen_words(rows[key], devices))


def frozen_words(freeze: Held, devices: Sequence[Device]) -> str:
    """That a freeze holds, why and for which devices."""
    return f"The freeze {freeze.name} holds for {_names(devices)}: {freeze.reason}"


def _uncovered(asked: _Question, windows: Holding) -> Iterable[Conflict]:
    if not asked.window_required:
        return
    if asked.window is None:
        yield Conflict(kind="no_window", words="This change needs a window and names none.")
        return
    bare = [one for one in asked.devices if not _covers(windows, one, asked.window, asked.kind)]
    if bare:
        words = f"No maintenance window covers the whole time for {_names(bare)}."
        yield Conflict(kind="uncovered", words=words)


def _covers(windows: Holding, device: Device, window: Span, kind: str) -> bool:
    return covered(
        window, [span for row, spans in windows.of(device) if lets(row, kind) for span in spans]
    )


def lets(window: Held, kind: str) -> bool:
    """Whether a maintenance window is for changes of this kind."""
    return not window.kinds or kind in window.kinds


def _others(ctx: Context, asked: _Question) -> Iterable[Conflict]:
    same, group = touching(
        ctx, asked.devices, but=asked.change.id if asked.change is not None else None
    )
    for kind, touches in (("same_device", same), ("same_group", group)):
        met: dict[int, list[Touch]] = {}
        for one in touches:
            if asked.window is None or one.span is None or one.span.meets(asked.window):
                met.setdefault(one.change.id, []).append(one)
        for key, found in met.items():
            words = _touch_words(ctx, found, grouped=kind == "same_group")
            yield Conflict(
                kind="same_group" if kind == "same_group" else "same_device", change_id=key,
                words=words,
            )  # fmt: skip


def _touch_words(ctx: Context, found: Sequence[Touch], *, grouped: bool) -> str:
    """What another change does; its title only for those who may read it."""
    change, devices = found[0].change, [one.device for one in found]
    units = ctx.units("change.read")
    open_to = all(target.device.governing_unit_id in units for target in change.targets)
    name = f"Change {change.id} ({change.title})" if open_to else f"Change {change.id}"
    when = "in a window that overlaps" if found[0].span else "at any time"
    if not grouped:
        return f"{name}, {change.state}, changes {_names(devices)} {when}."
    groups = ", ".join(sorted({device.redundancy_group for device in devices}))
    shown = _names([one for one in devices if one.governing_unit_id in units])
    return f"{name}, {change.state}, changes {shown} of the redundancy group {groups} {when}."


def _crossing(asked: _Question, windows: Holding) -> Iterable[Conflict]:
    """Maintenance windows of one device that overlap each other in the time asked about."""
    told: dict[tuple[str, str], list[Device]] = {}
    for device in asked.devices:
        open_ = [(row, spans) for row, spans in windows.of(device) if lets(row, asked.kind)]
        for (one, ours), (other, theirs) in combinations(open_, 2):
            if any(left.meets(right) for left in ours for right in theirs):
                told.setdefault((one.name, other.name), []).append(device)
    for (one_name, other_name), devices in told.items():
        words = f"The windows {one_name} and {other_name} overlap for {_names(devices)}."
        yield Conflict(kind="windows_overlap", words=words)


def _names(devices: Sequence[Device]) -> str:
    shown = ", ".join(device.hostname for device in devices[:NAMED])
    more = len(devices) - NAMED
    if not devices:
        return "devices of another unit"
    return f"{shown} and {more} more" if more > 0 else shown
