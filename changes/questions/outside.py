"""Changes that touched a device outside of its windows, or in a freeze. Reads only."""

from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, islice

from sqlalchemy import Executable, select, tuple_
from sqlalchemy.orm import joinedload

from changes.calendar import series
from changes.calendar.clashes import lets
from changes.calendar.exceptions import binding
from changes.calendar.models import ALWAYS, ChangeWindow, Freeze, FreezeException
from changes.calendar.series import Held, Holding
from changes.calendar.spans import Span, merged, within
from changes.models import ChangeRequest, ChangeTarget
from changes.questions import scope
from changes.questions.answers import Given, Question, Row
from core.audit import Subject
from core.context import Context
from inventory.models import Device, Site
from organization.models import Person

BATCH = 2000  # touches that are read at a time: plain columns, no objects
INSTANT = timedelta(microseconds=1)
USUAL = timedelta(days=92)  # where nobody says since when: every touch of it is looked at

Rows = tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class _Touch:
    """A device that a change touched, and what its time is measured by."""

    change_id: int
    device_id: int
    at: datetime
    state: str
    title: str
    kind: str
    digest: str
    window_start: datetime | None
    window_end: datetime | None
    person_id: int
    username: str


@dataclass(slots=True)
class _Calendar:
    """Windows and freezes, with what was worked out of them: the spans are of one frame."""

    windows: Holding
    freezes: Holding
    frame: Span = ALWAYS
    devices: dict[int, Device] = field(default_factory=dict)
    known: dict[tuple[int, str], tuple[Rows, Rows]] = field(default_factory=dict)
    places: dict[tuple[int | str | None, ...], tuple[Rows, Rows]] = field(default_factory=dict)
    spans: dict[Rows, tuple[Span, ...]] = field(default_factory=dict)

    def turn(self, frame: Span) -> None:
        """Look at another frame from now on."""
        self.frame = frame
        self.spans.clear()

    def reaching(self, device_id: int, kind: str) -> tuple[Rows, Rows]:
        """The windows for such a change of the device, and the freezes that hold it back."""
        if (device_id, kind) not in self.known:
            device = self.devices[device_id]
            named = any(device_id in row.device_ids for row in self._rows())
            own = device_id if named else None  # devices of a site and unit are alike otherwise
            key = (device.site_id, device.governing_unit_id, own, kind)
            if key not in self.places:
                self.places[key] = self._reaching(device, kind)
            self.known[device_id, kind] = self.places[key]
        return self.known[device_id, kind]

    def _rows(self) -> Iterator[Held]:
        return chain(self.windows.rows, self.freezes.rows)

    def _reaching(self, device: Device, kind: str) -> tuple[Rows, Rows]:
        windows = tuple(row for row in self.windows.reaching(device) if lets(row, kind))
        freezes = self.freezes.reaching(device)
        return windows, binding(freezes, kind=kind, excepted=frozenset())

    def open(self, rows: Rows, at: datetime) -> bool:
        """Whether one of them held at that time, and was written down by then."""
        if rows not in self.spans:
            self.spans[rows] = merged(one for row in rows for one in _held(row, self.frame))
        found = self.spans[rows]
        place = bisect_right(found, at, key=lambda one: one.start) - 1
        return place >= 0 and at < found[place].end


def _held(row: Held, frame: Span) -> tuple[Span, ...]:
    return within(series.spans_of(row, frame), Span(row.created_at, ALWAYS.end))


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """One row a device that was touched at a wrong time, the newest changes first."""
    seen = scope.place(after, parts=2)
    with closing(_outside(ctx, given, seen)) as found:
        return list(islice(found, limit))


def _outside(
    ctx: Context, given: Given, seen: tuple[int, ...] | None
) -> Generator[Row, None, None]:
    whole = _span(ctx, given)
    calendar = _Calendar(
        series.holding(ctx, ChangeWindow, whole), series.holding(ctx, Freeze, whole)
    )
    with ctx.session.execute(_touched(ctx, whole, seen)) as rows:
        for some in rows.partitions():
            touched = [_Touch(*row) for row in some]
            times = [one.at for one in touched]
            calendar.turn(Span(min(times), max(times) + INSTANT))
            _load(ctx, calendar, touched)
            for one in touched:
                if why := _why(ctx, calendar, one):
                    yield _row(one, calendar.devices[one.device_id], why)


def _span(ctx: Context, given: Given) -> Span:
    """The span that is asked for; without a beginning the last days of it, as the note says."""
    since, until = scope.span(given)
    if "since" not in given:
        since = max(since, min(until, ctx.now()) - USUAL)
    return Span(since, until)


def _touched(ctx: Context, whole: Span, seen: tuple[int, ...] | None) -> Executable:
    """Every touch in the span, the newest changes first; read from the database in batches."""
    place = tuple_(ChangeTarget.change_id, ChangeTarget.device_id)
    query = (
        select(
            ChangeTarget.change_id, ChangeTarget.device_id, ChangeTarget.touched_at,
            ChangeTarget.state, ChangeRequest.title, ChangeRequest.kind, ChangeRequest.digest,
            ChangeRequest.window_start, ChangeRequest.window_end, Person.id, Person.username,
        )
        .join(ChangeRequest, ChangeRequest.id == ChangeTarget.change_id)
        .join(Person, Person.id == ChangeRequest.requested_by_id)
        .join(Device, Device.id == ChangeTarget.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(
            Device.owned_by(ctx.units(scope.AUDIT)), ChangeTarget.touched_at >= whole.start,
            ChangeTarget.touched_at < whole.end,
        )
        .order_by(ChangeTarget.change_id.desc(), ChangeTarget.device_id.desc())
        .execution_options(yield_per=BATCH)
    )  # fmt: skip
    return query if seen is None else query.where(place < tuple_(*seen))


def _load(ctx: Context, calendar: _Calendar, touched: Sequence[_Touch]) -> None:
    new = {one.device_id for one in touched} - calendar.devices.keys()
    query = select(Device).where(Device.id.in_(new)).options(joinedload(Device.site))
    calendar.devices.update({one.id: one for one in ctx.session.scalars(query)} if new else {})


def _why(ctx: Context, calendar: _Calendar, touch: _Touch) -> list[str]:
    """What was wrong with the time, in words; nothing where it was right."""
    why, at = list[str](), touch.at
    start, end = touch.window_start, touch.window_end
    if start is not None and end is not None and not start <= at < end:
        why.append(f"outside of its own window {start:%F %H:%M} to {end:%F %H:%M %Z}")
    windows, freezes = calendar.reaching(touch.device_id, touch.kind)
    if not calendar.open(windows, at):
        why.append("no maintenance window was open")
    held = [row.name for row in freezes if calendar.open((row,), at)]
    free = _excepted(ctx, touch) if held else frozenset()
    return why + [f"in the freeze {name}" for name in held if name not in free]


def _excepted(ctx: Context, touch: _Touch) -> frozenset[str]:
    """The freezes by name that it had an exception from by then: an edited one has two rows."""
    query = (
        select(Freeze.name)
        .join(FreezeException, FreezeException.freeze_id == Freeze.id)
        .where(
            FreezeException.change_id == touch.change_id, FreezeException.digest == touch.digest,
            FreezeException.state == "approved", FreezeException.decided_at <= touch.at,
        )
    )  # fmt: skip
    return frozenset(ctx.session.scalars(query))


def _row(touch: _Touch, device: Device, why: Sequence[str]) -> Row:
    who = Subject(type="person", id=str(touch.person_id), label=touch.username)
    key = str(touch.change_id)
    what = Subject(type="change_request", id=key, label=f"C{key} {touch.title}")
    return Row(
        place=f"{key}:{touch.device_id}", at=touch.at, who=who, did="change.touching", what=what,
        cells=(
            what, scope.device_subject(device), touch.kind, touch.at, "; ".join(why), who,
            touch.state,
        ),
    )  # fmt: skip


QUESTION = Question(
    name="outside-windows",
    title="Which changes touched devices outside of windows?",
    note="One row a device at the time when its change first touched it, against the windows and "
    "freezes that held then; without a beginning the last 92 days. Changes carried out by hand "
    "have no such time and are left out.",
    parameters=(scope.SINCE, scope.UNTIL),
    columns=("change", "device", "kind", "touched at", "why", "requested by", "device is"),
    read=read,
)  # fmt: skip
