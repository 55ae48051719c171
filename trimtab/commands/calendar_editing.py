"""`trimtab calendar window edit` and `freeze edit`: what they are from now on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

import typer

from changes.calendar import editing, series
from changes.calendar.editing import Edited
from changes.calendar.models import KINDS, ChangeWindow, Freeze
from changes.calendar.series import Held, Place, Planned, Row
from core.context import Context
from core.errors import InvalidInput
from trimtab.commands.calendar_series import (
    FORMATS,
    SERIES,
    Also,
    But,
    Device,
    Key,
    Site,
    Unit,
    length,
    place_of,
)
from trimtab.console import Column, Json, command_context, show_one


def _of_row(told: Column[Held]) -> Column[Edited]:
    return lambda one: told(one.row)


EDITED: dict[str, Column[Edited]] = {
    **{name: _of_row(told) for name, told in SERIES.items()},
    "affected": lambda one: list(one.affected),
}
LISTS = ("also", "but", "kinds")
KEPT = "As it is, unless given."
Name = Annotated[str | None, typer.Option(help=f"Its new name. {KEPT}")]
Starts = Annotated[
    datetime | None, typer.Option(help="First start, local time in the zone.", formats=FORMATS)
]
Zone = Annotated[str | None, typer.Option(help="Time zone, such as Europe/Berlin.")]
Lasting = Annotated[str | None, typer.Option(help="How long it lasts: 90m, 4h, 10d.")]
Rule = Annotated[str | None, typer.Option(help="RRULE; an empty one: once.")]
Reason = Annotated[str | None, typer.Option(help="The reason that people read of it.")]
Kinds = Annotated[
    list[str] | None, typer.Option(help=f"For, or but for, these kinds ({', '.join(KINDS)}).")
]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="For the whole organization.")]
Clear = Annotated[
    list[str] | None, typer.Option(help=f"Empty one of {', '.join(LISTS)}; may be repeated.")
]
Why = Annotated[str, typer.Option(help="Why it is edited; auditors read it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What was given of it; None: as it is."""

    name: str | None
    starts: datetime | None
    zone: str | None
    lasting: str | None
    rule: str | None
    also: list[datetime] | None
    but: list[datetime] | None
    kinds: list[str] | None
    reason: str | None
    clear: Sequence[str]


def edit_window(  # noqa: PLR0913 - a window's columns
    key: Key, *, why: Why, name: Name = None, starts: Starts = None, zone: Zone = None,
    lasting: Lasting = None, rule: Rule = None, also: Also = None, but: But = None,
    unit: Unit = None, site: Site = None, device: Device = None, everywhere: Everywhere = False,
    kind: Kinds = None, reason: Reason = None, clear: Clear = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Change a window from now on; what it was stays readable."""
    told = _Told(name=name, starts=starts, zone=zone, lasting=lasting, rule=rule, also=also,
                 but=but, kinds=kind, reason=reason, clear=clear or ())  # fmt: skip
    with command_context() as ctx:
        place = place_of(ctx, unit, site, device) if unit or site or device or everywhere else None
        show_one(_edited(ctx, ChangeWindow, key, told, place, why), EDITED, as_json=as_json)


def edit_freeze(  # noqa: PLR0913 - a freeze's columns
    key: Key, *, why: Why, name: Name = None, starts: Starts = None, zone: Zone = None,
    lasting: Lasting = None, rule: Rule = None, also: Also = None, but: But = None,
    unit: Unit = None, site: Site = None, device: Device = None, everywhere: Everywhere = False,
    exempt: Kinds = None, reason: Reason = None, clear: Clear = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Change a freeze from now on; exceptions from it go on counting."""
    told = _Told(name=name, starts=starts, zone=zone, lasting=lasting, rule=rule, also=also,
                 but=but, kinds=exempt, reason=reason, clear=clear or ())  # fmt: skip
    with command_context() as ctx:
        place = place_of(ctx, unit, site, device) if unit or site or device or everywhere else None
        show_one(_edited(ctx, Freeze, key, told, place, why), EDITED, as_json=as_json)


def _edited(
    ctx: Context, table: type[Row], key: int, told: _Told, place: Place | None, why: str
) -> Edited:
    """Edit it; without a place it stays where it holds."""
    planned = _planned(ctx, table, key, told)
    if place is not None:
        planned = replace(planned, place=place)
    return editing.edit(ctx, table, key, planned, reason=why)


def _planned(ctx: Context, table: type[Row], key: int, told: _Told) -> Planned:
    """It as it is, with what was given."""
    unknown = [one for one in told.clear if one not in LISTS]
    if unknown:
        raise InvalidInput(f"--clear empties one of {', '.join(LISTS)}, not {unknown[0]}.")
    now = series.planned_of(series.one(ctx, table, key))
    when = now.recurrence
    return replace(
        now,
        name=now.name if told.name is None else told.name,
        reason=now.reason if told.reason is None else told.reason,
        kinds=() if "kinds" in told.clear else tuple(told.kinds or now.kinds),
        recurrence=replace(
            when,
            starts=told.starts or when.starts,
            zone=told.zone or when.zone,
            lasting=length(told.lasting) if told.lasting else when.lasting,
            rule=when.rule if told.rule is None else told.rule,
            also=() if "also" in told.clear else tuple(told.also or when.also),
            but=() if "but" in told.clear else tuple(told.but or when.but),
        ),
    )
