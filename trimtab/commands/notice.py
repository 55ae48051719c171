"""`trimtab notice`: what waits for you, what you were told, and how."""

from typing import Annotated, Literal

import typer

from changes.waiting import Vote, waiting
from operations import notices
from operations.notice_models import Notice
from trimtab.console import Column, Json, command_context, show, tell

app = typer.Typer(no_args_is_help=True)

VOTES: dict[str, Column[Vote]] = {
    "change": lambda row: row.change.label,
    "stage": lambda row: row.stage,
    "votes": lambda row: f"{row.given} of {row.needed}",
    "asked_by": lambda row: row.change.requested_by.username,
    "in_the_name_of": lambda row: row.voice.behalf.username if row.voice.behalf else None,
    "digest": lambda row: row.change.digest,
}
NOTICES: dict[str, Column[Notice]] = {
    "id": lambda row: row.id,
    "noted_at": lambda row: row.noted_at,
    "topic": lambda row: row.topic,
    "title": lambda row: row.title,
    "detail": lambda row: row.detail,
    "state": lambda row: row.state,
}


@app.command("votes")
def list_votes(*, as_json: Json = False) -> None:
    """Changes that wait for your vote now, with the digests to approve them by."""
    with command_context() as ctx:
        show(waiting(ctx).votes, VOTES, as_json=as_json)


@app.command("list")
def list_notices(
    *,
    after: Annotated[int | None, typer.Option(help="Those before this one.")] = None,
    as_json: Json = False,
) -> None:
    """What you were told, newest first."""
    with command_context() as ctx:
        show(notices.list_mine(ctx, after=after), NOTICES, as_json=as_json)


@app.command("prefer")
def prefer(
    manner: Annotated[
        Literal["off", "each", "daily"] | None,
        typer.Argument(help="off: on the page alone; each; daily. Without it: what holds."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Choose how you are told."""
    with command_context() as ctx:
        holds = notices.prefer(ctx, manner) if manner else notices.manner(ctx)
        tell(f"You are told: {holds}.", {"manner": holds}, as_json=as_json)
