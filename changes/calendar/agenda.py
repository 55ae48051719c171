"""What happens when: windows, freezes, changes and schedules of a time in order. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

from changes.calendar import series
from changes.calendar.clashes import Conflict, conflicts_of
from changes.calendar.models import ChangeWindow, Freeze
from changes.calendar.series import Held
from changes.calendar.spans import Span
from changes.calendar.traffic import window_of
from changes.models import ChangeRequest, ChangeTarget
from changes.states import FINAL, State
from core.context import Context
from core.errors import InvalidInput
from inventory.models import Device, Site
from operations import schedules
from operations.schedule_models import Schedule

LONGEST = timedelta(days=100)
MOST_CHANGES = 500
MOST_CONFLICTS = 50  # changes whose conflicts are looked for at a time
GONE = (State.REJECTED, State.CANCELLED)

Kind = Literal["window", "freeze", "change", "schedule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing of the calendar. `number` is the id of its row; a schedule fires at `start`.

    `state` is a change's, `note` what it is for: where it holds, or what fires.
    """

    kind: Kind
    number: int
    title: str
    span: Span
    note: str = ""
    state: str = ""
    since: datetime | None = None

    @property
    def order(self) -> tuple[datetime, str, int]:
        return self.span.start, self.kind, self.number


def agenda(ctx: Context, frame: Span, *, site: str | None = None) -> tuple[Entry, ...]:
    """Everything that concerns one's jurisdiction in a time of at most LONGEST, in order.

    With `site` only what concerns that site. Needs `change.read`; schedules are shown to whoever
    holds `schedule.read`. Raises InvalidInput for a time that is too long.
    """
    ctx.require("change.read")
    if not timedelta() < frame.end - frame.start <= LONGEST:
        raise InvalidInput(
            f"The calendar shows more than nothing and at most {LONGEST.days} days at a time.",
            field="until",
        )
    found = [
        *_held("window", series.listing(ctx, ChangeWindow, ended=True, site=site), frame),
        *_held("freeze", series.listing(ctx, Freeze, ended=True, site=site), frame),
        *_changes(planned_changes(ctx, frame, site=site)),
        *_schedules(ctx, frame, site),
    ]
    return tuple(sorted(found, key=lambda one: one.order))


def planned_changes(ctx: Context, frame: Span, *, site: str | None = None) -> list[ChangeRequest]:
    """Changes whose window meets the frame, of devices in one's jurisdiction, the first first."""
    mine = (
        select(ChangeTarget.change_id)
        .join(Device, Device.id == ChangeTarget.device_id)
        .join(Device.site)
        .where(Device.owned_by(ctx.units("change.read")))
    )
    if site is not None:
        mine = mine.where(Site.code == site)
    rows = select(ChangeRequest).where(
        ChangeRequest.id.in_(mine), ChangeRequest.state.not_in(GONE),
        ChangeRequest.window_start < frame.end, ChangeRequest.window_end > frame.start,
    )  # fmt: skip
    return list(
        ctx.session.scalars(
            rows.order_by(ChangeRequest.window_start, ChangeRequest.id).limit(MOST_CHANGES)
        )
    )


def conflicts_in(
    ctx: Context, frame: Span, *, site: str | None = None
) -> tuple[tuple[ChangeRequest, tuple[Conflict, ...]], ...]:
    """The open changes of a time that something stands against, as far as one may read them."""
    units = ctx.units("change.read")
    found = list[tuple[ChangeRequest, tuple[Conflict, ...]]]()
    for change in planned_changes(ctx, frame, site=site):
        whole = all(target.device.governing_unit_id in units for target in change.targets)
        if change.state in FINAL or not whole or len(found) == MOST_CONFLICTS:
            continue
        standing = conflicts_of(ctx, change)
        if standing:
            found.append((change, standing))
    return tuple(found)


def place_words(row: Held) -> str:
    """Where a window or freeze holds."""
    if row.device_ids:
        return f"{len(row.device_ids)} device{'s' if len(row.device_ids) > 1 else ''}"
    if row.site is not None:
        return f"site {row.site.code}"
    return f"unit {row.unit.code}" if row.unit is not None else "everywhere"


def _held(kind: Kind, rows: Iterable[Held], frame: Span) -> Iterable[Entry]:
    """Their openings; one that was ended is shown as long as it held."""
    for row in rows:
        note = f"{place_words(row)}: {row.reason}" if row.reason else place_words(row)
        for span in series.spans_of(row, frame):
            yield Entry(
                kind=kind, number=row.id, title=row.name, span=span, note=note,
                since=row.created_at,
            )  # fmt: skip


def _changes(rows: Iterable[ChangeRequest]) -> Iterable[Entry]:
    for change in rows:
        span = window_of(change)
        if span is not None:
            yield Entry(
                kind="change", number=change.id, title=change.title, span=span,
                note=change.reason, state=change.state, since=change.requested_at,
            )  # fmt: skip


def _schedules(ctx: Context, frame: Span, site: str | None) -> Iterable[Entry]:
    """When each enabled schedule fires next, if that lies in the frame."""
    for row in schedules.firing(ctx, since=frame.start, until=frame.end):
        at = row.next_fire_at
        if at is not None and _concerns(row, site):
            yield Entry(
                kind="schedule", number=row.id, title=row.name, span=Span(at, at),
                note=f"{row.job}, {row.trigger}",
            )  # fmt: skip


def _concerns(row: Schedule, site: str | None) -> bool:
    return site is None or row.args.get("site") in {None, site}
