"""`trimtab discover import`: candidates from other inventories; no device is contacted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from core.context import Context
from inventory.candidates.imports.ansible_inventory import read_inventory_file, read_inventory_text
from inventory.candidates.imports.csv_text import read_csv
from inventory.candidates.imports.imported import Imported
from inventory.candidates.imports.taking import read_web, take
from organization import units
from trimtab.commands.discover_review import COLUMNS
from trimtab.console import Json, command_context, given_text, show

app = typer.Typer(no_args_is_help=True, help="Candidates from other inventories.")

File = Annotated[str, typer.Argument(help="The file; - reads standard input.")]
Url = Annotated[str, typer.Argument(help="The server's address: https://...")]
Token = Annotated[
    str, typer.Option(help="The API token: env:NAME, file:PATH, db:NAME or vault:PATH#KEY.")
]
Unit = Annotated[str, typer.Option(help="Code of the unit whose candidates they become.")]
Adopt = Annotated[bool, typer.Option("--adopt", help="Add those that are complete as devices.")]


@app.command("csv")
def from_csv(file: File, *, unit: Unit, adopt: Adopt = False, as_json: Json = False) -> None:
    """A CSV file; its first line names columns: hostname, address, platform, site, ..."""
    entries = read_csv(given_text(file))
    with command_context() as ctx:
        _take(ctx, entries, unit, f"csv:{Path(file).name}", adopt=adopt, as_json=as_json)


@app.command("ansible")
def from_ansible(file: File, *, unit: Unit, adopt: Adopt = False, as_json: Json = False) -> None:
    """An Ansible inventory: INI or YAML with group_vars and host_vars beside it; no scripts."""
    entries = (
        read_inventory_text(given_text(file)) if file == "-" else read_inventory_file(Path(file))
    )
    with command_context() as ctx:
        _take(ctx, entries, unit, f"ansible:{Path(file).name}", adopt=adopt, as_json=as_json)


@app.command("netbox")
def from_netbox(
    url: Url, *, token_ref: Token, unit: Unit, adopt: Adopt = False, as_json: Json = False
) -> None:
    """The active devices of a NetBox."""
    with command_context() as ctx:
        entries = read_web(ctx, "netbox", url=url, token_ref=token_ref)
        _take(ctx, entries, unit, f"netbox:{url}", adopt=adopt, as_json=as_json)


@app.command("nautobot")
def from_nautobot(
    url: Url, *, token_ref: Token, unit: Unit, adopt: Adopt = False, as_json: Json = False
) -> None:
    """The active devices of a Nautobot."""
    with command_context() as ctx:
        entries = read_web(ctx, "nautobot", url=url, token_ref=token_ref)
        _take(ctx, entries, unit, f"nautobot:{url}", adopt=adopt, as_json=as_json)


def _take(
    ctx: Context, entries: Sequence[Imported], unit: str, source: str, *, adopt: bool, as_json: bool
) -> None:
    taken = take(
        ctx, entries, unit=units.by_code(ctx, unit), source=source,
        adopt="complete" if adopt else "none",
    )  # fmt: skip
    show(taken.candidates, COLUMNS, as_json=as_json)
