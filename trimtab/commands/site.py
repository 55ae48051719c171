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
    "max_sessions": lambda row: row.max_sessions,
    "jump": lambda row: row.jump,
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


@app.command("set")
def set_limits(
    code: Annotated[str, typer.Argument(help="The site's code.")],
    *,
    max_sessions: Annotated[
        int, typer.Option(min=0, help="Devices collected at a time; 0: as the settings say.")
    ],
    as_json: Json = False,
) -> None:
    """Set how many devices of a site are collected at a time."""
    with command_context() as ctx:
        site = sites.site_by_code(ctx, code)
        show_one(sites.limit_sessions(ctx, site.id, max_sessions or None), COLUMNS, as_json=as_json)


@app.command()
def jump(
    code: Annotated[str, typer.Argument(help="The site's code.")],
    hostname: Annotated[
        str | None, typer.Argument(help="The device to go through; without it the jump ends.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Reach a site's devices through one of the CMDB, whose host key is pinned."""
    with command_context() as ctx:
        site = sites.site_by_code(ctx, code)
        show_one(sites.set_jump(ctx, site.id, hostname), COLUMNS, as_json=as_json)
