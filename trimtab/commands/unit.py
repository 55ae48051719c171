"""`trimtab unit`: the organization's units."""

from typing import Annotated

import typer

from organization import units
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "code": lambda row: row.code,
    "name": lambda row: row.name,
    "id": lambda row: row.id,
    "parent": lambda row: row.parent_id,
}


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """All units that you may see."""
    with command_context() as ctx:
        show(units.list_units(ctx), COLUMNS, as_json=as_json)


@app.command()
def add(
    code: Annotated[str, typer.Argument(help="One word that names the unit.")],
    name: Annotated[str, typer.Argument(help="Its full name.")],
    *, parent: Annotated[str, typer.Option(help="Code of the unit above.")] = "root",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Add a unit below another one."""
    with command_context() as ctx:
        row = units.create_unit(ctx, code=code, name=name, parent_code=parent)
        show_one(row, COLUMNS, as_json=as_json)
