"""When windows were open and freezes held, by device and kind of change, as a database takes it.

Devices of one site and unit that no window or freeze names are alike. What holds for them is worked
out once as multiranges of times; the database then looks at each touch, however many there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from changes.calendar import series
from changes.calendar.clashes import lets
from changes.calendar.exceptions import binding
from changes.calendar.models import KINDS, ChangeWindow, Freeze
from changes.calendar.series import Held, Holding
from changes.calendar.spans import Span, merged, within
from core.audit import Fact
from core.context import Context
from inventory.models import Device, Site

ALL_KINDS = (*KINDS, "")  # the last one stands for a kind that no window and no freeze can name
Rows = tuple[Held, ...]
Alike = tuple[int, int | None, int]
"""A site, a unit, and the device itself where a window or freeze names it, else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """`devices` and `places` belong together: the place of each device, counted from 0.

    `windows` and `freezes` have the numbers of what reaches a place, one for each of ALL_KINDS,
    then those of the next place. The others are rows for `json_to_recordset`. `times`: number, and
    when one of them held (`spans`, a multirange as text). `held`: number, freeze, name, its spans.
    """

    devices: Sequence[int]
    places: Sequence[int]
    windows: Sequence[int]
    freezes: Sequence[int]
    times: Sequence[Fact]
    held: Sequence[Fact]


@dataclass(slots=True)
class _Numbered:
    """Windows or freezes that hold together, each combination by the number it was given."""

    frame: Span
    numbers: dict[Rows, int] = field(default_factory=dict)

    def of(self, rows: Rows) -> int:
        return self.numbers.setdefault(rows, len(self.numbers))

    def times(self) -> Iterator[Fact]:
        for rows, number in self.numbers.items():
            yield {"number": number, "spans": _told(rows, self.frame)}

    def held(self) -> Iterator[Fact]:
        for rows, number in self.numbers.items():
            for row in rows:
                if isinstance(row, Freeze):
                    spans = _told((row,), self.frame)
                    yield {
                        "number": number, "freeze": row.id, "name": row.name, "spans": spans,
                    }  # fmt: skip


def openings(ctx: Context, units: frozenset[int], frame: Span) -> Openings:
    """What held in the frame for the devices of these units, for each kind of change."""
    windows = series.holding(ctx, ChangeWindow, frame)
    freezes = series.holding(ctx, Freeze, frame)
    named = _named(chain(windows.rows, freezes.rows))
    first, devices, places = dict[Alike, tuple[int, int]](), list[int](), list[int]()
    for row in ctx.session.execute(_devices(units)):
        alike = (row.site_id, row.unit_id, row.id if row.id in named else 0)
        place, _ = first.setdefault(alike, (len(first), row.id))
        devices.append(row.id)
        places.append(place)
    numbered = _Numbered(frame)
    reached = list(_reached(ctx, dict(first.values()), windows, freezes, numbered))
    return Openings(
        devices=devices, places=places, windows=[one for one, _ in reached],
        freezes=[one for _, one in reached], times=list(numbered.times()),
        held=list(numbered.held()),
    )  # fmt: skip


def _named(rows: Iterable[Held]) -> frozenset[int]:
    """The devices that a window or freeze names."""
    return frozenset(chain.from_iterable(row.device_ids for row in rows))


def _devices(units: frozenset[int]) -> Select[int, int, int]:
    unit = func.coalesce(Device.unit_id, Site.unit_id).label("unit_id")
    return (
        select(Device.id, Device.site_id, unit)
        .join(Site, Site.id == Device.site_id)
        .where(Device.owned_by(units))
    )


def _reached(
    ctx: Context, alike: Mapping[int, int], windows: Holding, freezes: Holding, numbered: _Numbered
) -> Iterator[tuple[int, int]]:
    """For each place, told by one of its devices, and each kind which windows and freezes."""
    rows = select(Device).where(Device.id.in_(alike.values())).options(joinedload(Device.site))
    known = {one.id: one for one in ctx.session.scalars(rows)}
    for _, device_id in sorted(alike.items()):
        open_, shut = (of.reaching(known[device_id]) for of in (windows, freezes))
        for kind in ALL_KINDS:
            let = tuple(row for row in open_ if lets(row, kind))
            yield numbered.of(let), numbered.of(binding(shut, kind=kind, excepted=frozenset()))


def _told(rows: Rows, frame: Span) -> str:
    """When one of them held and was written down by then, as PostgreSQL reads a multirange."""
    spans = merged(
        one
        for row in rows
        for one in within(series.spans_of(row, frame), Span(row.created_at, frame.end))
    )
    return f"{{{','.join(f'[{one.start.isoformat()},{one.end.isoformat()})' for one in spans)}}}"
