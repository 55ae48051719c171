"""Changes that touched a device outside of its windows, or in a freeze. Reads only.

The database looks at every touch itself, with the times that `openings` worked out, and gives back
only those at a wrong time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import (
    ARRAY,
    CTE,
    BindParameter,
    ColumnClause,
    ColumnElement,
    Integer,
    Select,
    TableValuedAlias,
    Text,
    bindparam,
    case,
    column,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSON, TSTZMULTIRANGE, Range, aggregate_order_by

from changes.calendar.models import KINDS, Freeze, FreezeException
from changes.calendar.spans import Span
from changes.models import ChangeRequest, ChangeTarget
from changes.questions import scope
from changes.questions.answers import Given, Question, Row
from changes.questions.openings import ALL_KINDS, Openings, openings
from core.audit import Fact, Subject
from core.context import Context
from inventory.models import Device
from organization.models import Person

FIRST, GROWTH = 2000, 8  # touches looked at in one go, and how many times more the next time
NEWEST = (2**31 - 1, 2**31 - 1)  # a place before all others: PostgreSQL's largest integers
INSTANT = timedelta(microseconds=1)
USUAL = timedelta(days=92)  # where nobody says since when: every touch of it is looked at
SPANS = column("spans", TSTZMULTIRANGE)
Column = ColumnClause[int] | ColumnClause[str] | ColumnClause[Sequence[Range[datetime]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    """A touch at a wrong time: astray of its own window, no window open, in these freezes."""

    change_id: int
    device_id: int
    touched_at: datetime
    state: str
    astray: bool
    closed: bool
    freezes: Sequence[str] | None
    title: str
    kind: str
    window_start: datetime
    window_end: datetime
    hostname: str
    person_id: int
    username: str


def read(ctx: Context, given: Given, after: str, limit: int) -> Sequence[Row]:
    """One row a device that was touched at a wrong time, the newest changes first."""
    seen = scope.place(after, parts=2) or NEWEST
    frame = _frame(ctx, _span(ctx, given))
    if frame is None:
        return []
    known = openings(ctx, ctx.units(scope.AUDIT), frame)
    return [_row(one) for one in islice(_outside(ctx, known, frame, seen, limit), limit)]


def _span(ctx: Context, given: Given) -> Span:
    """The span that is asked for; without a beginning the last days of it, as the note says."""
    since, until = scope.span(given)
    if "since" not in given:
        since = max(since, min(until, ctx.now()) - USUAL)
    return Span(since, until)


def _frame(ctx: Context, whole: Span) -> Span | None:
    """From the first until after the last touch of the span, None without any."""
    ends = select(func.min(ChangeTarget.touched_at), func.max(ChangeTarget.touched_at))
    first, last = ctx.session.execute(ends.where(_touched_in(whole))).one()
    return None if first is None or last is None else Span(first, last + INSTANT)


def _touched_in(span: Span) -> ColumnElement[bool]:
    return (ChangeTarget.touched_at >= span.start) & (ChangeTarget.touched_at < span.end)


def _outside(
    ctx: Context, known: Openings, frame: Span, seen: tuple[int, ...], limit: int
) -> Iterator[_Wrong]:
    """Looked at part by part, so that a page of many rows does not wait for all the touches."""
    last, size = seen[0], FIRST
    while last > 0:
        first = _first(ctx, frame, last, size)
        looked = _looked(known, frame, first, last)
        later = tuple_(ChangeTarget.change_id, ChangeTarget.device_id) < tuple_(*seen)
        found = _wrong(looked.where(later).cte("looked"), known).limit(limit)
        yield from (_Wrong(**row) for row in ctx.session.execute(found).mappings())
        last, size = first - 1, size * GROWTH


def _first(ctx: Context, frame: Span, last: int, size: int) -> int:
    """The first change of a part that ends with `last` and has about so many touches."""
    query = (
        select(ChangeTarget.change_id)
        .where(ChangeTarget.change_id <= last, _touched_in(frame))
        .order_by(ChangeTarget.change_id.desc())
        .offset(size)
        .limit(1)
    )
    return ctx.session.scalar(query) or 0


def _looked(known: Openings, frame: Span, first: int, last: int) -> Select[tuple[object, ...]]:
    """The touches of these changes that one of the three speaks against."""
    at, devices, reached = ChangeTarget.touched_at, _devices(known), _reached(known)
    windows, freezes = _times("windows", known.times), _times("freezes", known.times)
    kind = case({one: n for n, one in enumerate(KINDS)}, value=ChangeRequest.kind, else_=len(KINDS))
    place = devices.c.place * len(ALL_KINDS) + kind + 1  # ordinality counts from 1
    own = (ChangeRequest.window_start <= at) & (at < ChangeRequest.window_end)
    astray = func.coalesce(~own, False)  # one without a window is not
    closed, frozen = ~windows.c.spans.op("@>")(at), freezes.c.spans.op("@>")(at)
    return (
        select(
            ChangeTarget.change_id, ChangeTarget.device_id, at, ChangeTarget.state,
            ChangeRequest.digest, freezes.c.number, astray.label("astray"),
            closed.label("closed"), frozen.label("frozen"),
        )
        .join(ChangeRequest, ChangeRequest.id == ChangeTarget.change_id)
        .join(devices, devices.c.id == ChangeTarget.device_id)
        .join(reached, reached.c.place == place)
        .join(windows, windows.c.number == reached.c.windows)
        .join(freezes, freezes.c.number == reached.c.freezes)
        .where(
            ChangeTarget.change_id.between(first, last), ChangeRequest.id.between(first, last),
            _touched_in(frame), or_(astray, closed, frozen),
        )
    )  # fmt: skip


def _wrong(looked: CTE, known: Openings) -> Select[tuple[object, ...]]:
    """Those that stay when exceptions are taken into account, with what a row tells of them."""
    held = _held(looked, known)
    return (
        select(
            looked.c.change_id, looked.c.device_id, looked.c.touched_at, looked.c.state,
            looked.c.astray, looked.c.closed, held.c.freezes, ChangeRequest.title,
            ChangeRequest.kind, ChangeRequest.window_start, ChangeRequest.window_end,
            Device.hostname, Person.id.label("person_id"), Person.username,
        )
        .join_from(
            looked, held,
            (held.c.change_id == looked.c.change_id) & (held.c.device_id == looked.c.device_id),
            isouter=True,
        )
        .join(ChangeRequest, ChangeRequest.id == looked.c.change_id)
        .join(Person, Person.id == ChangeRequest.requested_by_id)
        .join(Device, Device.id == looked.c.device_id)
        .where(or_(looked.c.astray, looked.c.closed, held.c.freezes.is_not(None)))
        .order_by(looked.c.change_id.desc(), looked.c.device_id.desc())
    )  # fmt: skip


def _held(looked: CTE, known: Openings) -> CTE:
    """By touch the names of the freezes that it was in without an exception by then.

    An exception names a freeze by its row, and an edited one has two of the same name.
    """
    freezes = _recordset(
        "held", known.held, column("number", Integer), column("freeze", Integer),
        column("name", Text), SPANS,
    )  # fmt: skip
    excepted = (
        select(FreezeException.id)
        .join(Freeze, Freeze.id == FreezeException.freeze_id)
        .where(
            FreezeException.change_id == looked.c.change_id,
            FreezeException.digest == looked.c.digest, FreezeException.state == "approved",
            FreezeException.decided_at <= looked.c.touched_at, Freeze.name == freezes.c.name,
        )
        .exists()
    )  # fmt: skip
    names = func.array_agg(aggregate_order_by(freezes.c.name, freezes.c.freeze))
    return (
        select(looked.c.change_id, looked.c.device_id, names.label("freezes"))
        .join_from(
            looked, freezes,
            (freezes.c.number == looked.c.number)
            & freezes.c.spans.op("@>")(looked.c.touched_at),
        )
        .where(looked.c.frozen, ~excepted)
        .group_by(looked.c.change_id, looked.c.device_id)
        .cte("in_freezes")
    )  # fmt: skip


def _devices(known: Openings) -> TableValuedAlias:
    pairs = func.unnest(_numbers("ids", known.devices), _numbers("places", known.places))
    columns = (column("id", Integer), column("place", Integer))
    return pairs.table_valued(*columns, name="of_device").render_derived()


def _reached(known: Openings) -> TableValuedAlias:
    pairs = func.unnest(
        _numbers("of_windows", known.windows), _numbers("of_freezes", known.freezes)
    )
    columns = (column("windows", Integer), column("freezes", Integer))
    told = pairs.table_valued(*columns, with_ordinality="place", name="reached")
    return told.render_derived()


def _numbers(name: str, values: Sequence[int]) -> BindParameter[Sequence[int]]:
    return bindparam(name, values, type_=ARRAY(Integer))


def _times(name: str, rows: Sequence[Fact]) -> TableValuedAlias:
    return _recordset(name, rows, column("number", Integer), SPANS)


def _recordset(name: str, rows: Sequence[Fact], *columns: Column) -> TableValuedAlias:
    told = func.json_to_recordset(bindparam(name, rows, type_=JSON))
    return told.table_valued(*columns, name=name).render_derived(with_types=True)


def _why(touch: _Wrong) -> Iterator[str]:
    """What was wrong with the time, in words."""
    if touch.astray:
        start, end = touch.window_start, touch.window_end
        yield f"outside of its own window {start:%F %H:%M} to {end:%F %H:%M %Z}"
    if touch.closed:
        yield "no maintenance window was open"
    yield from (f"in the freeze {name}" for name in touch.freezes or ())


def _row(touch: _Wrong) -> Row:
    who = Subject(type="person", id=str(touch.person_id), label=touch.username)
    key = str(touch.change_id)
    what = Subject(type="change_request", id=key, label=f"C{key} {touch.title}")
    device = Subject(type="device", id=str(touch.device_id), label=touch.hostname)
    return Row(
        place=f"{key}:{touch.device_id}", at=touch.touched_at, who=who, did="change.touching",
        what=what,
        cells=(
            what, device, touch.kind, touch.touched_at, "; ".join(_why(touch)), who, touch.state,
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
