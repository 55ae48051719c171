"""`trimtab calendar`: maintenance windows, freezes, exceptions, conflicts, and the feed."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import typer

from changes import requests
from changes.calendar import Conflict, conflicts, conflicts_of, exceptions, next_opening
from changes.calendar.agenda import Entry, agenda
from changes.calendar.feed import PATH, open_feed
from changes.calendar.models import FreezeException
from changes.calendar.spans import Span
from trimtab.commands.calendar_editing import edit_freeze, edit_window
from trimtab.commands.calendar_series import (
    FORMATS,
    Key,
    Lasting,
    Reason,
    device_ids,
    freeze,
    length,
    window,
)
from trimtab.console import Column, Json, command_context, show, show_one, tell

app = typer.Typer(no_args_is_help=True)
exception = typer.Typer(no_args_is_help=True)
window.command("edit")(edit_window)
freeze.command("edit")(edit_freeze)
app.add_typer(window, name="window", help="Maintenance windows.")
app.add_typer(freeze, name="freeze", help="Times in which nothing is changed.")
app.add_typer(exception, name="exception", help="Leave for single changes in a freeze.")

NEVER = (
    "not within a year: no maintenance window opens for all of them then; `trimtab calendar window "
    "add` makes one"
)
EXCEPTIONS: dict[str, Column[FreezeException]] = {
    "id": lambda row: row.id,
    "change": lambda row: row.change_id,
    "freeze": lambda row: row.freeze.name,
    "state": lambda row: row.standing,
    "asked_by": lambda row: row.asked_by.username,
    "reason": lambda row: row.reason,
    "decided_by": lambda row: row.decided_by.username if row.decided_by else None,
    "note": lambda row: row.note,
    "digest": lambda row: row.digest,
}
ENTRIES: dict[str, Column[Entry]] = {
    "start": lambda row: row.span.start,
    "end": lambda row: row.span.end,
    "kind": lambda row: row.kind,
    "id": lambda row: row.number,
    "title": lambda row: row.title,
    "state": lambda row: row.state,
    "note": lambda row: row.note,
}
CONFLICTS: dict[str, Column[Conflict]] = {
    "kind": lambda one: one.kind,
    "forbids": lambda one: one.forbids,
    "change": lambda one: one.change_id,
    "words": lambda one: one.words,
}

Site = Annotated[str | None, typer.Option(help="Code of the site.")]
Device = Annotated[list[str], typer.Option(help="Hostname; may be repeated.")]
ChangeKind = Literal["standard", "normal", "emergency", "commission", "decommission"]
Digest = Annotated[str, typer.Option(help="The digest you decide on, as `exception list` tells.")]
After = Annotated[
    datetime | None, typer.Option(help="Not before this, in UTC; default: now.", formats=FORMATS)
]


Asked = Annotated[ChangeKind, typer.Option(help="The kind of change.")]


@app.command("show")
def show_agenda(
    *,
    days: Annotated[int, typer.Option(min=1, max=100, help="So many days ahead.")] = 14,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """What happens next: windows, freezes, changes and schedules in order."""
    with command_context() as ctx:
        now = ctx.now()
        frame = Span(now, now + timedelta(days=days))
        show(agenda(ctx, frame, site=site), ENTRIES, as_json=as_json)


@app.command("conflicts")
def show_conflicts(change: Key, *, as_json: Json = False) -> None:
    """What stands against a change in its window; exit 1 when something does."""
    with command_context() as ctx:
        found = conflicts_of(ctx, requests.get_change(ctx, change))
        show(found, CONFLICTS, as_json=as_json)
    if found:
        raise typer.Exit(1)


@app.command("check")
def check_devices(
    device: Device,
    start: Annotated[datetime, typer.Option(help="When it would begin, in UTC.", formats=FORMATS)],
    lasting: Lasting,
    *,
    kind: Asked = "normal",
    as_json: Json = False,
) -> None:
    """What would stand against changing devices at a time; exit 1 when something does."""
    with command_context() as ctx:
        begins = _utc(start)
        span = begins, begins + length(lasting)
        found = conflicts(ctx, device_ids(ctx, device), span, kind=kind)
        show(found, CONFLICTS, as_json=as_json)
    if found:
        raise typer.Exit(1)


@app.command("next")
def next_time(
    device: Device, lasting: Lasting, *, after: After = None, kind: Asked = "normal",
    as_json: Json = False,
) -> None:  # fmt: skip
    """When all these devices may be changed next for so long; exit 1 when not within a year."""
    with command_context() as ctx:
        found = next_opening(
            ctx, device_ids(ctx, device), after=_utc(after) if after else ctx.now(),
            lasting=length(lasting), kind=kind,
        )  # fmt: skip
    start, end = found or (None, None)
    words = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC" if start else NEVER
    tell(words, {"start": start, "end": end}, as_json=as_json)
    if found is None:
        raise typer.Exit(1)


@app.command("feed")
def make_feed(
    name: Annotated[str, typer.Argument(help="What reads it, such as `my phone`.")],
    *,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until it ends.")] = 366,
    as_json: Json = False,
) -> None:
    """A token for the iCalendar feed, shown this once; `trimtab token revoke` ends it."""
    with command_context() as ctx:
        row, token = open_feed(ctx, name=name, days=days)
    path = f"{PATH}?token={token}"
    tell(path, {"id": row.id, "token": token, "path": path}, as_json=as_json)


@exception.command("list")
def list_exceptions(
    *,
    state: Annotated[
        Literal["asked", "approved", "rejected", "void", "all"], typer.Option(help="Which.")
    ] = "all",
    as_json: Json = False,
) -> None:
    """Exceptions from freezes, the newest first."""
    with command_context() as ctx:
        wanted = None if state == "all" else state
        show(exceptions.listing(ctx, state=wanted, limit=200), EXCEPTIONS, as_json=as_json)


@exception.command("ask")
def ask(
    change: Annotated[int, typer.Argument(help="The change's id.")],
    freeze: Annotated[int, typer.Argument(help="The freeze's id.")],
    *,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Ask that the change's present plan may run in a freeze."""
    with command_context() as ctx:
        row = exceptions.ask(ctx, change, freeze, reason=reason)
        show_one(row, EXCEPTIONS, as_json=as_json)


@exception.command()
def approve(
    key: Key, *, digest: Digest, note: Annotated[str, typer.Option(help="Why.")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Let exactly this plan run in the freeze."""
    with command_context() as ctx:
        row = exceptions.approve(ctx, key, digest=digest, note=note)
        show_one(row, EXCEPTIONS, as_json=as_json)


@exception.command()
def reject(
    key: Key, *, digest: Digest, note: Annotated[str, typer.Option(help="Why not.")],
    as_json: Json = False,
) -> None:  # fmt: skip
    """Refuse it."""
    with command_context() as ctx:
        row = exceptions.reject(ctx, key, digest=digest, note=note)
        show_one(row, EXCEPTIONS, as_json=as_json)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
