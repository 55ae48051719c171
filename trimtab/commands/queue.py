"""`trimtab queue`: queues near the devices, and the database role of their workers."""

from typing import Annotated

import typer

from operations import queue_roles, queues
from organization import units
from trimtab.console import Json, command_context, show, show_one, tell

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "name": lambda row: row.name,
    "unit": lambda row: row.unit.code,
    "if_away": lambda row: row.if_away,
    "away_seconds": lambda row: row.away_seconds,
    "role": lambda row: row.role_name,
    "created_at": lambda row: row.created_at,
}
STANDING = {
    "name": lambda row: row.queue.name,
    "unit": lambda row: row.queue.unit.code,
    "if_away": lambda row: row.queue.if_away,
    "away_seconds": lambda row: row.queue.away_seconds,
    "role": lambda row: row.queue.role_name,
    "waiting": lambda row: row.waiting,
    "running": lambda row: row.running,
    "workers": lambda row: [
        f"{one.name} {one.version}, seen {one.seen_at:%Y-%m-%d %H:%M:%SZ}" for one in row.workers
    ],
}

Name = Annotated[str, typer.Argument(help="The queue's name.")]


@app.command("create")
def create(
    name: Name,
    *,
    unit: Annotated[str, typer.Option(help="Code of the unit whose devices it serves.")],
    if_away: Annotated[
        str, typer.Option(help="Without a worker its jobs wait, or move after a time: move:15m.")
    ] = "wait",
    as_json: Json = False,
) -> None:
    """Make a queue for the devices of a unit and of those below it."""
    with command_context() as ctx:
        queue = queues.create_queue(ctx, name=name, unit=units.by_code(ctx, unit), if_away=if_away)
        show_one(queue, COLUMNS, as_json=as_json)


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """The queues of your units."""
    with command_context() as ctx:
        show(queues.list_queues(ctx), COLUMNS, as_json=as_json)


@app.command("show")
def show_queue(name: Name, *, as_json: Json = False) -> None:
    """A queue with its workers that are alive, and the jobs that it holds."""
    with command_context() as ctx:
        standing = queues.standing(ctx, queues.queue_by_name(ctx, name))
        show_one(standing, STANDING, as_json=as_json)


@app.command("role")
def give_role(name: Name, *, as_json: Json = False) -> None:
    """Make the PostgreSQL role of the queue's workers, or renew its password; shown this once."""
    with command_context() as ctx:
        given = queue_roles.give_role(ctx, queues.queue_by_name(ctx, name))
    told = {
        "role": given.role, "password": given.password, "database": given.database,
        "host": given.host, "port": given.port, "address": given.address,
        "authority": given.authority,
    }  # fmt: skip
    tell(f"TRIMTAB_DATABASE_URL={given.address}{_beside(given)}", told, as_json=as_json)


def _beside(given: queue_roles.RoleGiven) -> str:
    """What the far host needs beside the address."""
    if given.authority:
        return f"\n\n{queue_roles.AUTHORITY} on the far host:\n{given.authority.rstrip()}"
    if given.host is None:
        return (
            "\n\nHOST is for you to fill in. The embedded PostgreSQL is reached from elsewhere "
            "only with TRIMTAB_DATABASE_LISTEN_HOST; see docs/workers.md."
        )
    return ""


@app.command("move")
def move(name: Name, *, as_json: Json = False) -> None:
    """Hand the jobs that wait in the queue to the central workers now."""
    with command_context() as ctx:
        moved = queues.hand_over(ctx, queues.queue_by_name(ctx, name))
    tell(f"{moved} jobs moved.", {"moved": moved}, as_json=as_json)


@app.command("remove")
def remove(name: Name, *, as_json: Json = False) -> None:
    """Remove a queue that holds no jobs, and its role."""
    with command_context() as ctx:
        queue_roles.remove_queue(ctx, queues.queue_by_name(ctx, name))
    tell(f"The queue {name} is gone.", {"removed": name}, as_json=as_json)
