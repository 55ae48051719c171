"""`trimtab site`: places with devices."""

from typing import Annotated

import typer

from inventory import sites
from organization import units
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "code": lambda row: row.code,
    "name": lambda row: row.name,
    "unit": lambda row: row.unit.code,
}


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="One word that names the site.")],
    *,
    unit: Annotated[str, typer.Option(help="Code of the unit in whose jurisdiction it lies.")],
    name: Annotated[str, typer.Option(help="Its full name.")] = "",
    as_json: Json = False,
) -> None:
    """Add a site."""
    with command_context() as ctx:
        site = sites.create_site(ctx, code=code, name=name, unit=units.by_code(ctx, unit))
        show_one(site, COLUMNS, as_json=as_json)


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """The sites whose devices you may read."""
    with command_context() as ctx:
        show(sites.list_sites(ctx), COLUMNS, as_json=as_json)
