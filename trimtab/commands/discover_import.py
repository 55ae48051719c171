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
from inventory.candidates.imports.trial import Outcome, try_candidates
from organization import units
from trimtab.commands.discover_review import COLUMNS
from trimtab.console import Column, Json, command_context, given_text, show

app = typer.Typer(no_args_is_help=True, help="Candidates from other inventories.")

File = Annotated[str, typer.Argument(help="The file; - reads standard input.")]
Url = Annotated[str, typer.Argument(help="The server's address: https://...")]
Token = Annotated[
    str, typer.Option(help="The API token: env:NAME, file:PATH, db:NAME or vault:PATH#KEY.")
]
Unit = Annotated[str, typer.Option(help="Code of the unit whose candidates they become.")]
Adopt = Annotated[bool, typer.Option("--adopt", help="Add those that are complete as devices.")]

Dry = Annotated[
    bool, typer.Option("--dry-run", help="Tell what would become of each, and keep nothing.")
]
OUTCOMES: dict[str, Column[Outcome]] = {
    "hostname": lambda row: row.hostname,
    "address": lambda row: row.address,
    "platform": lambda row: row.platform,
    "becomes": lambda row: row.becomes,
    "state": lambda row: row.state,
    "changes": lambda row: row.changed,
    "may_be": lambda row: [one.hostname for one in row.alike],
    "problem": lambda row: row.problem,
}


@app.command("csv")
def from_csv(
    file: File, *, unit: Unit, adopt: Adopt = False, dry_run: Dry = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """A CSV file; its first line names columns: hostname, address, platform, site, ..."""
    entries = read_csv(given_text(file))
    with command_context() as ctx:
        _take(ctx, entries, unit, f"csv:{Path(file).name}", adopt=adopt, dry_run=dry_run,
              as_json=as_json)  # fmt: skip


@app.command("ansible")
def from_ansible(
    file: File, *, unit: Unit, adopt: Adopt = False, dry_run: Dry = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """An Ansible inventory: INI or YAML with group_vars and host_vars beside it; no scripts."""
    entries = (
        read_inventory_text(given_text(file)) if file == "-" else read_inventory_file(Path(file))
    )
    with command_context() as ctx:
        _take(ctx, entries, unit, f"ansible:{Path(file).name}", adopt=adopt, dry_run=dry_run,
              as_json=as_json)  # fmt: skip


@app.command("netbox")
def from_netbox(
    url: Url, *, token_ref: Token, unit: Unit, adopt: Adopt = False, dry_run: Dry = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """The active devices of a NetBox."""
    with command_context() as ctx:
        entries = read_web(ctx, "netbox", url=url, token_ref=token_ref)
        _take(ctx, entries, unit, f"netbox:{url}", adopt=adopt, dry_run=dry_run,
              as_json=as_json)  # fmt: skip


@app.command("nautobot")
def from_nautobot(
    url: Url, *, token_ref: Token, unit: Unit, adopt: Adopt = False, dry_run: Dry = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """The active devices of a Nautobot."""
    with command_context() as ctx:
        entries = read_web(ctx, "nautobot", url=url, token_ref=token_ref)
        _take(ctx, entries, unit, f"nautobot:{url}", adopt=adopt, dry_run=dry_run,
              as_json=as_json)  # fmt: skip


def _take(
    ctx: Context, entries: Sequence[Imported], unit: str, source: str, *, adopt: bool,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    row, whole = units.by_code(ctx, unit), "complete" if adopt else "none"
    if dry_run:
        tried = try_candidates(ctx, entries, unit=row, source=source, adopt=whole)
        show(tried, OUTCOMES, as_json=as_json)
    else:
        taken = take(ctx, entries, unit=row, source=source, adopt=whole)
        show(taken.candidates, COLUMNS, as_json=as_json)
