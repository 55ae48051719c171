"""`trimtab event`: what was noticed, and what is done about it."""

from typing import Annotated, Literal

import typer

from operations import events, knowledge
from operations.models import Event
from organization.people import by_username
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "kind": lambda row: row.kind,
    "title": lambda row: row.title,
    "severity": lambda row: row.severity,
    "state": lambda row: row.state,
    "times": lambda row: row.count,
    "last_at": lambda row: row.last_at,
    "problem": lambda row: row.problem_id,
}
DETAILS = COLUMNS | {
    "detail": lambda row: row.detail,
    "first_at": lambda row: row.first_at,
    "closing_note": lambda row: row.closing_note,
}
Key = Annotated[int, typer.Argument(help="The event's id.")]


State = Literal["open", "acknowledged", "closed"]


@app.command("list")
def list_all(
    *,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    as_json: Json = False,
) -> None:
    """Events, the newest first."""
    with command_context() as ctx:
        show(events.list_events(ctx, state=state, limit=200), COLUMNS, as_json=as_json)


@app.command("show")
def show_event(event: Key, *, as_json: Json = False) -> None:
    """An event and the knowledge that may help."""
    with command_context() as ctx:
        row = ctx.get(Event, event)
        ctx.require("event.read", row)
        offered = [article.title for article in knowledge.offered_for(ctx, row)]
        show_one(row, DETAILS | {"knowledge": lambda _: offered}, as_json=as_json)


@app.command()
def acknowledge(event: Key, *, as_json: Json = False) -> None:
    """Take an open event on."""
    with command_context() as ctx:
        show_one(events.acknowledge(ctx, event), COLUMNS, as_json=as_json)


@app.command()
def assign(
    event: Key,
    username: Annotated[str, typer.Argument(help="Who looks after it.")],
    *,
    as_json: Json = False,
) -> None:
    """Give an event to a person."""
    with command_context() as ctx:
        show_one(events.assign(ctx, event, by_username(ctx, username)), COLUMNS, as_json=as_json)


@app.command()
def close(
    event: Key, *, note: Annotated[str, typer.Option(help="What was done.")], as_json: Json = False
) -> None:
    """Close an event."""
    with command_context() as ctx:
        show_one(events.close(ctx, event, note), COLUMNS, as_json=as_json)


@app.command()
def link(
    event: Key,
    problem: Annotated[int, typer.Argument(help="The problem's id.")],
    *,
    as_json: Json = False,
) -> None:
    """Link an event to the problem behind it."""
    with command_context() as ctx:
        show_one(events.link_problem(ctx, event, problem), COLUMNS, as_json=as_json)
