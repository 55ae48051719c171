"""What windows and freezes have in common: written, ended, found by device. Decides nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select

from changes.calendar.errors import InThePast
from changes.calendar.models import ALWAYS, KINDS, ChangeWindow, Freeze
from changes.calendar.recurrence import Recurrence, between, checked, openings
from changes.calendar.spans import Span, within
from core.audit import Fact
from core.context import Context
from core.errors import Conflict, InvalidInput
from drift.noise.reach import Parents, above, parents, with_above
from inventory.models import Device, Site
from organization.models import Unit

Row = TypeVar("Row", ChangeWindow, Freeze)
Held = ChangeWindow | Freeze
LONGEST = {ChangeWindow: timedelta(days=7), Freeze: timedelta(days=366)}
LONGEST_NAME = 200
MOST_DEVICES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a window or freeze holds: for these devices, this site, this unit, or everywhere."""

    unit_id: int | None = None
    site_id: int | None = None
    device_ids: tuple[int, ...] = ()


EVERYWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A window or freeze as it is asked for."""

    name: str
    recurrence: Recurrence
    place: Place = EVERYWHERE
    kinds: tuple[str, ...] = ()
    reason: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def add(ctx: Context, table: type[Row], planned: Planned) -> Row:
    """Write a window or freeze, with its record. Needs `calendar.write` where it shall hold.

    Raises InvalidRecurrence, InThePast where it never holds from now on, Conflict for a taken name.
    """
    row: Row = placed(ctx, table(), planned.place)
    ctx.require("calendar.write", row)
    write(ctx, row, planned)
    row.created_at, row.created_by_id = ctx.now(), ctx.person.person_id
    ctx.add(row)
    ctx.record(f"{word_of(table)}.created", row, **facts_of(row))
    return row


def write(ctx: Context, row: Held, planned: Planned) -> None:
    """Check what is asked for and write it into a row that is placed there; raises as `add`."""
    table = type(row)
    word = word_of(table)
    _check_place(ctx, row, planned.place)
    _check_words(planned, word)
    told = checked(planned.recurrence, longest=LONGEST[table])
    if table is Freeze and not planned.reason.strip():
        raise InvalidInput("A freeze needs a reason; who is held up by it reads it.")
    name = planned.name.strip()
    _require_free(ctx, row, name)
    row.name, row.reason = name, planned.reason
    row.starts, row.zone, row.rule = told.starts.isoformat(), told.zone, told.rule
    row.lasting_seconds = int(told.lasting.total_seconds())
    row.also = [one.isoformat() for one in told.also]
    row.but = [one.isoformat() for one in told.but]
    row.kinds = [kind for kind in KINDS if kind in planned.kinds]
    row.valid_from, row.valid_until = planned.valid_from, planned.valid_until
    row.over_at = _over_at(ctx, row, word)


def _require_free(ctx: Context, row: Held, name: str) -> None:
    table = type(row)
    taken = select(table.id).where(
        table.name == name, table.ended_at.is_(None), table.id.is_distinct_from(row.id)
    )
    with ctx.session.no_autoflush:
        if ctx.session.scalar(taken) is not None:
            raise Conflict(f"There is a {word_of(table)} {name} already; choose another name.")


def facts_of(row: Held) -> dict[str, Fact]:
    """The whole of it, as records tell it."""
    return {
        "name": row.name, "starts": row.starts, "zone": row.zone, "rule": row.rule,
        "seconds": row.lasting_seconds, "also": [*row.also], "but": [*row.but],
        "kinds": [*row.kinds], "unit_id": row.unit_id, "site_id": row.site_id,
        "device_ids": [*row.device_ids], "reason": row.reason,
        "valid_from": _iso(row.valid_from), "valid_until": _iso(row.valid_until),
    }  # fmt: skip


def planned_of(row: Held) -> Planned:
    """It as it could be asked for again."""
    devices_ = tuple(row.device_ids)
    unit = row.unit_id if row.site_id is None else None
    return Planned(
        name=row.name, recurrence=row.recurrence, kinds=tuple(row.kinds), reason=row.reason,
        place=Place(unit_id=unit, site_id=row.site_id, device_ids=devices_),
        valid_from=row.valid_from, valid_until=row.valid_until,
    )  # fmt: skip


def end(ctx: Context, table: type[Row], key: int, *, reason: str) -> Row:
    """Let it hold no longer, from now on; it stays readable. Needs `calendar.write`."""
    row = ctx.get_locked(table, key)
    ctx.require("calendar.write", row)
    word = word_of(table)
    if row.ended_at is not None:
        raise Conflict(f"The {word} {row.name} ended on {row.ended_at:%Y-%m-%d %H:%M}Z already.")
    if not reason.strip():
        raise InvalidInput(f"Say why the {word} {row.name} shall end; auditors read it.")
    row.ended_at, row.ended_by_id, row.end_reason = ctx.now(), ctx.person.person_id, reason
    ctx.record(f"{word}.ended", row, reason=reason)
    return row


def listing(
    ctx: Context, table: type[Row], *, ended: bool = False, site: str | None = None
) -> list[Row]:
    """Those that concern a unit of one's jurisdiction, by name; with `ended` what is over too."""
    units = ctx.units("change.read")
    if not units:
        return []
    seen = with_above(units, parents(ctx))
    governing = func.coalesce(Site.unit_id, table.unit_id)
    rows = select(table).outerjoin(Site, Site.id == table.site_id)
    rows = rows.where(governing.is_(None) | governing.in_(seen))
    if not ended:
        rows = rows.where(table.ended_at.is_(None), table.over_at > ctx.now())
    if site is not None:
        rows = rows.where(Site.code.is_(None) | (Site.code == site))
    return list(ctx.session.scalars(rows.order_by(table.name, table.id)))


def one(ctx: Context, table: type[Row], key: int) -> Row:
    """The window or freeze, for whom it concerns."""
    row: Row = ctx.get(table, key)
    units: frozenset[int] = ctx.units("change.read")
    if row.governing_unit_id not in {None, *with_above(units, parents(ctx))} or not units:
        ctx.require("change.read", row)
    return row


def spans_of(row: Held, frame: Span) -> tuple[Span, ...]:
    """The times at which it holds that meet a frame; whole, also where they reach beyond it."""
    held = within(between(row.recurrence, frame), row.life)
    return tuple(one for one in held if one.meets(frame))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Everything of one table that may hold in a frame, ready to be asked by device."""

    rows: Sequence[Held]
    known: Parents
    frame: Span

    def reaching(self, device: Device) -> tuple[Held, ...]:
        """Those that hold for the device, at whatever times."""
        return tuple(row for row in self.rows if self._reaches(row, device))

    def of(self, device: Device) -> tuple[tuple[Held, tuple[Span, ...]], ...]:
        """Those that hold for the device at some time of the frame, with those times."""
        found = ((row, spans_of(row, self.frame)) for row in self.reaching(device))
        return tuple((row, spans) for row, spans in found if spans)

    def _reaches(self, row: Held, device: Device) -> bool:
        if row.device_ids:
            return device.id in row.device_ids
        if row.site_id is not None:
            return device.site_id == row.site_id
        return row.unit_id is None or row.unit_id in above(device.governing_unit_id, self.known)


def holding(ctx: Context, table: type[Row], frame: Span) -> Holding:
    """The windows or freezes that may hold in the frame, whoever asks."""
    rows = select(table).where(
        table.over_at > frame.start,
        table.ended_at.is_(None) | (table.ended_at > frame.start),
        table.valid_from.is_(None) | (table.valid_from < frame.end),
    )
    found = ctx.session.scalars(rows.order_by(table.id)).all()
    return Holding(rows=found, known=parents(ctx), frame=frame)


def devices(ctx: Context, keys: Iterable[int]) -> tuple[Device, ...]:
    """The devices with these ids, or NotFound."""
    return tuple(ctx.get(Device, key) for key in dict.fromkeys(keys))


def placed(ctx: Context, row: Row, place: Place) -> Row:
    """The row with where it holds; chosen devices without a unit make it their first one's."""
    chosen = devices(ctx, place.device_ids)
    governing = chosen[0].governing_unit_id if chosen and place.unit_id is None else place.unit_id
    row.site = ctx.get(Site, place.site_id) if place.site_id is not None else None
    row.unit = ctx.get(Unit, governing) if governing is not None else None
    row.site_id, row.unit_id = place.site_id, governing
    row.device_ids = [device.id for device in chosen]
    return row


def _check_place(ctx: Context, row: Held, place: Place) -> None:
    """One kind of place, and chosen devices in its unit or below."""
    if place.site_id is not None and (place.unit_id is not None or place.device_ids):
        raise InvalidInput("Name a site, or a unit, or devices: one of them.", field="place")
    if len(place.device_ids) > MOST_DEVICES:
        raise InvalidInput(f"Name at most {MOST_DEVICES} devices, or a site or unit instead.")
    known = parents(ctx) if place.device_ids else {}
    for device in devices(ctx, place.device_ids):
        if row.unit_id not in tuple(above(device.governing_unit_id, known)):
            raise InvalidInput(
                f"{device.hostname} lies in another unit than what else is named. Name a unit "
                "above all of them, or plan for each unit by itself.",
                hostname=device.hostname,
            )


def _check_words(planned: Planned, word: str) -> None:
    name = planned.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"A {word} needs a name of at most {LONGEST_NAME} printable characters.", field="name"
        )
    unknown = [kind for kind in planned.kinds if kind not in KINDS]
    if unknown:
        raise InvalidInput(
            f"There is no kind of change {unknown[0]!r}; there are {', '.join(KINDS)}.",
            field="kinds",
        )
    since, until = planned.valid_from or ALWAYS.start, planned.valid_until or ALWAYS.end
    if since.tzinfo is None or until.tzinfo is None or since >= until:
        raise InvalidInput("It is valid from a time until a later one, both with their offset.")


def _over_at(ctx: Context, row: Held, word: str) -> datetime:
    held = within(openings(row.recurrence), row.life)
    if not held or held[-1].end <= ctx.now():
        raise InThePast(f"The {word} {row.name} would never hold from now on: it is in the past.")
    return held[-1].end


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def word_of(table: type[Held]) -> str:
    """What one of the table is called."""
    return "window" if table is ChangeWindow else "freeze"
