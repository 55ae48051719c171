"""`trimtab problem`: causes behind events, and known errors."""

from typing import Annotated

import typer

from operations import problems
from organization.units import by_code
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "title": lambda row: row.title,
    "state": lambda row: row.state,
    "root_cause": lambda row: row.root_cause,
    "workaround": lambda row: row.workaround,
    "opened_at": lambda row: row.opened_at,
}

Key = Annotated[int, typer.Argument(help="The problem's id.")]


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """Problems, the newest first."""
    with command_context() as ctx:
        show(problems.list_problems(ctx), COLUMNS, as_json=as_json)


@app.command("open")
def open_problem(
    title: Annotated[str, typer.Argument(help="What is wrong, in one line.")],
    *,
    description: Annotated[str, typer.Option(help="What is known of it.")] = "",
    unit: Annotated[
        str | None, typer.Option(help="Code of the unit whose problem it is; else everybody's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Open a problem."""
    with command_context() as ctx:
        row = problems.open_problem(
            ctx, title=title, description=description, unit=by_code(ctx, unit) if unit else None
        )
        show_one(row, COLUMNS, as_json=as_json)


@app.command("known-error")
def known_error(
    problem: Key,
    *,
    root_cause: Annotated[str, typer.Option(help="Why it happens.")],
    workaround: Annotated[str, typer.Option(help="What helps until it is solved.")],
    as_json: Json = False,
) -> None:
    """Write down the cause and what helps meanwhile."""
    with command_context() as ctx:
        row = problems.record_known_error(
            ctx, problem, root_cause=root_cause, workaround=workaround
        )
        show_one(row, COLUMNS, as_json=as_json)


@app.command()
def resolve(problem: Key, *, as_json: Json = False) -> None:
    """Close a problem for good."""
    with command_context() as ctx:
        show_one(problems.resolve(ctx, problem), COLUMNS, as_json=as_json)
