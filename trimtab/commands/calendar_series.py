"""`trimtab calendar window` and `freeze`: when changes are welcome, and when there are none."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

import typer

from changes.calendar import series
from changes.calendar.agenda import place_words
from changes.calendar.models import KINDS, ChangeWindow, Freeze
from changes.calendar.recurrence import Recurrence
from changes.calendar.series import Held, Place, Planned
from core.context import Context
from core.errors import InvalidInput
from inventory.devices import by_hostname
from inventory.sites import site_by_code
from operations.triggers import seconds_of
from organization.units import by_code
from trimtab.console import Column, Json, command_context, show, show_one

window, freeze = (typer.Typer(no_args_is_help=True) for _ in range(2))

SERIES: dict[str, Column[Held]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "where": place_words,
    "starts": lambda row: row.starts,
    "zone": lambda row: row.zone,
    "lasting": lambda row: str(timedelta(seconds=row.lasting_seconds)),
    "rule": lambda row: row.rule,
    "kinds": lambda row: row.kinds,
    "reason": lambda row: row.reason,
    "over_at": lambda row: row.over_at,
    "ended_at": lambda row: row.ended_at,
}
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
Key = Annotated[int, typer.Argument(help="Its id.")]
Name = Annotated[str, typer.Argument(help="Its name.")]
Reason = Annotated[str, typer.Option(help="Why; auditors read it.")]
Starts = Annotated[
    datetime,
    typer.Option(help="First start, local time in --zone: 2026-12-01T22:00.", formats=FORMATS),
]
Zone = Annotated[str, typer.Option(help="Time zone, such as Europe/Berlin.")]
Lasting = Annotated[str, typer.Option(help="How long it lasts: 90m, 4h, 10d.")]
Rule = Annotated[str, typer.Option(help='RRULE, such as "FREQ=WEEKLY;BYDAY=TU".')]
Also = Annotated[
    list[datetime] | None, typer.Option(help="Another start; may be repeated.", formats=FORMATS)
]
But = Annotated[
    list[datetime] | None, typer.Option(help="A start to leave out; repeatable.", formats=FORMATS)
]
Unit = Annotated[str | None, typer.Option(help="Code of the unit; it and those below.")]
Site = Annotated[str | None, typer.Option(help="Code of the site.")]
Device = Annotated[list[str] | None, typer.Option(help="Hostname; may be repeated.")]
For = Annotated[
    list[str] | None, typer.Option(help=f"Only for changes of this kind ({', '.join(KINDS)}).")
]
Exempt = Annotated[list[str] | None, typer.Option(help="Changes of this kind run all the same.")]
Ended = Annotated[bool, typer.Option("--ended", help="Those that are over, too.")]


@window.command("list")
def list_windows(*, ended: Ended = False, site: Site = None, as_json: Json = False) -> None:
    """Maintenance windows that concern one's units."""
    with command_context() as ctx:
        show(series.listing(ctx, ChangeWindow, ended=ended, site=site), SERIES, as_json=as_json)


@window.command("add")
def add_window(  # noqa: PLR0913 - a window's columns
    name: Name, starts: Starts, zone: Zone, lasting: Lasting, *, rule: Rule = "",
    also: Also = None, but: But = None,
    unit: Unit = None, site: Site = None, device: Device = None,
    kind: For = None,
    reason: Reason = "", as_json: Json = False,
) -> None:  # fmt: skip
    """Plan when changes are welcome, once or by a rule."""
    when = _recurrence(starts, zone, lasting, rule=rule, also=also, but=but)
    with command_context() as ctx:
        planned = Planned(name=name, recurrence=when, place=place_of(ctx, unit, site, device),
                          kinds=tuple(kind or ()), reason=reason)  # fmt: skip
        show_one(series.add(ctx, ChangeWindow, planned), SERIES, as_json=as_json)


@window.command("remove")
def remove_window(key: Key, *, reason: Reason, as_json: Json = False) -> None:
    """It opens no more from now on."""
    with command_context() as ctx:
        show_one(series.end(ctx, ChangeWindow, key, reason=reason), SERIES, as_json=as_json)


@freeze.command("list")
def list_freezes(*, ended: Ended = False, site: Site = None, as_json: Json = False) -> None:
    """Freezes that concern one's units."""
    with command_context() as ctx:
        show(series.listing(ctx, Freeze, ended=ended, site=site), SERIES, as_json=as_json)


@freeze.command("add")
def add_freeze(  # noqa: PLR0913 - a freeze's columns
    name: Name, starts: Starts, zone: Zone, lasting: Lasting, *, reason: Reason, rule: Rule = "",
    unit: Unit = None, site: Site = None, device: Device = None,
    exempt: Exempt = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Block changes, once or by a rule such as FREQ=YEARLY."""
    when = _recurrence(starts, zone, lasting, rule=rule)
    with command_context() as ctx:
        planned = Planned(name=name, recurrence=when, place=place_of(ctx, unit, site, device),
                          kinds=tuple(exempt or ()), reason=reason)  # fmt: skip
        show_one(series.add(ctx, Freeze, planned), SERIES, as_json=as_json)


@freeze.command("lift")
def lift_freeze(key: Key, *, reason: Reason, as_json: Json = False) -> None:
    """It holds no more from now on."""
    with command_context() as ctx:
        show_one(series.end(ctx, Freeze, key, reason=reason), SERIES, as_json=as_json)


def length(text: str) -> timedelta:
    """The length of time that a text such as 90m, 4h or 10d names."""
    return timedelta(seconds=seconds_of(text))


def device_ids(ctx: Context, hostnames: Iterable[str]) -> tuple[int, ...]:
    return tuple(by_hostname(ctx, name).id for name in hostnames)


def _recurrence(
    starts: datetime, zone: str, lasting: str, *, rule: str, also: list[datetime] | None = None,
    but: list[datetime] | None = None,
) -> Recurrence:  # fmt: skip
    return Recurrence(
        starts=starts,
        zone=zone,
        lasting=length(lasting),
        rule=rule,
        also=tuple(also or ()),
        but=tuple(but or ()),
    )


def place_of(
    ctx: Context, unit: str | None, site: str | None, hostnames: list[str] | None
) -> Place:
    """The place that options name; nothing is the whole organization."""
    if site is not None and (unit is not None or hostnames):
        raise InvalidInput("Name a site, or a unit, or devices: one of them.")
    return Place(
        unit_id=by_code(ctx, unit).id if unit is not None else None,
        site_id=site_by_code(ctx, site).id if site is not None else None,
        device_ids=device_ids(ctx, hostnames or ()),
    )
