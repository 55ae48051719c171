"""`trimtab schedule`: what fires when."""

import json
from typing import Annotated

import typer

from core.audit import Fact
from core.context import Context
from core.errors import InvalidInput, NotFound
from operations import schedules
from operations.schedule_models import Schedule
from operations.triggers import seconds_of
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "job": lambda row: row.job,
    "trigger": lambda row: row.trigger,
    "timezone": lambda row: row.timezone,
    "jitter_seconds": lambda row: row.jitter_seconds,
    "args": lambda row: row.args,
    "enabled": lambda row: row.enabled,
    "next_fire_at": lambda row: row.next_fire_at,
    "last_fire_at": lambda row: row.last_fire_at,
}

Name = Annotated[str, typer.Argument(help="The schedule's name.")]


@app.command("list")
def list_all(
    *,
    after: Annotated[str | None, typer.Option(help="Begin after this name.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 10_000,
    as_json: Json = False,
) -> None:
    """Schedules with their next times, by name."""
    with command_context() as ctx:
        found = schedules.list_schedules(ctx, after=after, limit=limit)
        show(found, COLUMNS, as_json=as_json)


@app.command()
def add(
    name: Name,
    job: Annotated[str, typer.Option(help="drift.scan, inventory.collect, ...")],
    trigger: Annotated[str, typer.Option(help='"every 15m", or a crontab line: "30 2 * * 1-5".')],
    *,
    timezone: Annotated[str, typer.Option(help="Time zone of a crontab line.")] = "UTC",
    jitter: Annotated[
        str, typer.Option(help="Fire late by a share of this that the name decides: 10m, 1h.")
    ] = "0s",
    args: Annotated[str, typer.Option(help='JSON, such as {"site": "berlin"}.')] = "{}",
    unit: Annotated[int | None, typer.Option(help="Id of the unit that it is for.")] = None,
    as_json: Json = False,
) -> None:
    """Make a schedule."""
    with command_context() as ctx:
        schedule = schedules.create_schedule(
            ctx, name=name, job=job, trigger=trigger, timezone=timezone, args=_arguments(args),
            unit_id=unit, jitter_seconds=seconds_of(jitter),
        )  # fmt: skip
        show_one(schedule, COLUMNS, as_json=as_json)


@app.command()
def pause(name: Name, *, as_json: Json = False) -> None:
    """Fire no more until resumed."""
    with command_context() as ctx:
        show_one(schedules.pause(ctx, _named(ctx, name).id), COLUMNS, as_json=as_json)


@app.command()
def resume(name: Name, *, as_json: Json = False) -> None:
    """Fire again, from now on."""
    with command_context() as ctx:
        show_one(schedules.resume(ctx, _named(ctx, name).id), COLUMNS, as_json=as_json)


@app.command()
def run(name: Name, *, as_json: Json = False) -> None:
    """Make a schedule due at once; a running scheduler fires it."""
    with command_context() as ctx:
        show_one(schedules.fire_now(ctx, _named(ctx, name).id), COLUMNS, as_json=as_json)


def _named(ctx: Context, name: str) -> Schedule:
    schedule = schedules.by_name(ctx, name)
    if schedule is None:
        raise NotFound(f"There is no schedule {name}. `trimtab schedule list` shows all.")
    return schedule


def _arguments(text: str) -> dict[str, Fact]:
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"--args is no JSON: {error}") from error
    if not isinstance(told, dict):
        raise InvalidInput('--args must be a JSON object, such as {"site": "berlin"}.')
    return told
