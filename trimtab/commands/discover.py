"""`trimtab discover`: find devices in given ranges, or by what neighbours tell."""

from typing import Annotated

import typer

from core.context import Context
from core.errors import InvalidInput
from inventory import candidates, credentials
from inventory.candidates import Candidate
from inventory.models import Credential
from trimtab.console import Json, command_context, show

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "hostname": lambda row: row.hostname,
    "address": lambda row: row.address,
    "port": lambda row: row.port,
    "platform": lambda row: row.platform,
    "source": lambda row: row.source,
    "banner": lambda row: row.banner,
    "problem": lambda row: row.problem,
}

Site = Annotated[str | None, typer.Option("--adopt", help="Add what was found to this site.")]


@app.command("range")
def ranges(
    networks: Annotated[list[str], typer.Argument(help="Ranges such as 10.1.0.0/24.")],
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="SSH port.")] = 22,
    credential: Annotated[str | None, typer.Option(help="Sign in and identify with it.")] = None,
    adopt: Site = None,
    as_json: Json = False,
) -> None:
    """What answers by SSH in these ranges and is no device yet; nothing else is contacted."""
    with command_context() as ctx:
        login = credentials.credential_by_name(ctx, credential) if credential else None
        found = candidates.discover(ctx, networks, port=port, credential=login)
        if adopt is not None:
            _adopt(ctx, found, site=adopt, credential=login)
        show(found, COLUMNS, as_json=as_json)


@app.command()
def neighbours(*, as_json: Json = False) -> None:
    """What known devices see by LLDP and the CMDB does not hold."""
    with command_context() as ctx:
        show(candidates.told_by_neighbours(ctx), COLUMNS, as_json=as_json)


def _adopt(
    ctx: Context, found: tuple[Candidate, ...], *, site: str, credential: Credential | None
) -> None:
    if credential is None:
        raise InvalidInput("--adopt needs --credential: only what was identified can be added.")
    known = [one for one in found if one.hostname and one.platform]
    candidates.adopt(ctx, known, site_code=site, credential=credential)
