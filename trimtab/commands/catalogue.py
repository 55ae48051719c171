"""`trimtab catalogue`: standard changes drafted, approved, retired and used; playbooks."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from changes import playbook_syntax, playbooks
from changes.catalogue import entries, requesting
from changes.catalogue.content import properties
from changes.catalogue.rows import Row, value_of
from changes.catalogue.written import read_draft, rows_of
from changes.checks import chosen
from core.audit import Fact
from core.errors import InvalidInput
from organization.units import by_code
from trimtab.commands.template import REQUESTED, Checks, End, Start, show_lines, window_of
from trimtab.console import Json, command_context, given_text, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "version": lambda row: row.version,
    "state": lambda row: row.state,
    "title": lambda row: row.title,
    "platforms": lambda row: row.platforms,
    "units": lambda row: row.units,
    "risk_ceiling": lambda row: row.risk_ceiling,
    "valid_until": lambda row: row.valid_until,
    "votes": lambda row: [vote.person.username for vote in row.votes],
}
DETAILS = COLUMNS | {
    "description": lambda row: row.description,
    "playbook": lambda row: row.playbook,
    "template": lambda row: row.template,
    "rollback_template": lambda row: row.rollback_template,
    "inputs": lambda row: row.inputs,
    "digest": lambda row: row.digest,
    "drafted_by": lambda row: row.drafted_by.username,
    "retired_reason": lambda row: row.retired_reason,
}
BOOKS = {
    "name": lambda row: row.name,
    "title": lambda row: row.title,
    "risk": lambda row: row.risk,
    "platforms": lambda row: row.platforms,
    "check_mode": lambda row: row.check_mode,
    "undone_by": lambda row: row.rollback.how,
    "own": lambda row: row.own,
    "digest": lambda row: row.digest[:12],
}

Name = Annotated[str, typer.Argument(help="The standard change's name.")]
Version = Annotated[int, typer.Argument(help="The version's id, as `catalogue show` tells it.")]
Csv = Annotated[
    str | None,
    typer.Option("--csv", help="File: a column `hostname`, one a variable; - reads input."),
]
Device = Annotated[list[str] | None, typer.Option(help="This device, with --set for all.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A variable, as NAME=VALUE.")]


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """The newest version of each standard change."""
    with command_context() as ctx:
        show(entries.listed(ctx), COLUMNS, as_json=as_json)


@app.command("show")
def show_entry(name: Name, *, as_json: Json = False) -> None:
    """Every version of a standard change, the newest whole."""
    with command_context() as ctx:
        found = entries.versions(ctx, name)
        show_one(found[0], DETAILS, as_json=as_json)
        if not as_json:
            show(found, COLUMNS, as_json=False)


@app.command()
def draft(
    file: Annotated[str, typer.Argument(help="YAML file (docs/playbooks.md); - reads input.")], *,
    unit: Annotated[str, typer.Option(help="Code of the unit that it belongs to.")],
    as_json: Json = False,
) -> None:  # fmt: skip
    """Draft the next version of a standard change; two other persons approve it."""
    told = read_draft(given_text(file))
    with command_context() as ctx:
        entry = entries.draft(ctx, told.name, told.content, unit=by_code(ctx, unit))
        show_one(entry, DETAILS, as_json=as_json)


@app.command()
def approve(
    version: Version, *, digest: Annotated[str, typer.Option(help="The digest you decide on.")],
    note: Annotated[str, typer.Option(help="Why.")] = "", as_json: Json = False,
) -> None:  # fmt: skip
    """Approve exactly the content behind the digest; the second voice puts it into use."""
    with command_context() as ctx:
        entry = entries.approve(ctx, version, digest=digest, note=note)
        show_one(entry, COLUMNS, as_json=as_json)


@app.command()
def retire(
    version: Version, *, reason: Annotated[str, typer.Option(help="Why.")], as_json: Json = False
) -> None:
    """Take a version out of use, or a draft back."""
    with command_context() as ctx:
        show_one(entries.retire(ctx, version, reason=reason), COLUMNS, as_json=as_json)


@app.command("preview")
def rehearse(
    name: Name, *, file: Csv = None,
    device: Device = None, variable: Set = None, as_json: Json = False,
) -> None:  # fmt: skip
    """The lines that a standard change makes for each device; nothing is requested."""
    with command_context() as ctx:
        rows = _rows(entries.offered(ctx, name).inputs, file, device, variable)
        show_lines(requesting.preview_standard(ctx, name, rows), as_json=as_json)


@app.command()
def request(  # noqa: PLR0913 - a request's parts
    name: Name, *, reason: Annotated[str, typer.Option(help="Why; auditors read it.")],
    file: Csv = None, device: Device = None, variable: Set = None,
    check: Checks = None, start: Start = None, end: End = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Request a standard change on devices; it needs no further approval."""
    window = window_of(start, end)
    with command_context() as ctx:
        rows = _rows(entries.offered(ctx, name).inputs, file, device, variable)
        made = requesting.request_standard(
            ctx, name, rows, reason=reason, window=window, checks=chosen(check or ())
        )
        show_one(made, REQUESTED, as_json=as_json)


@app.command("playbooks")
def list_playbooks(*, as_json: Json = False) -> None:
    """The playbooks that there are, each read by Ansible itself where it is one of yours."""
    with command_context() as ctx:
        ctx.require("change.read")
        found = playbooks.catalogue()
        for one in found:
            playbook_syntax.usable(one.name)
        show(found, BOOKS, as_json=as_json)


def _rows(
    inputs: Mapping[str, Fact], file: str | None, devices: list[str] | None, given: list[str] | None
) -> Sequence[Row]:
    if bool(file) == bool(devices):
        raise InvalidInput("Give either --csv FILE, or --device with --set NAME=VALUE.")
    if file:
        return rows_of(given_text(file), inputs)
    known = properties(inputs)
    told = [one.partition("=") for one in given or ()]
    variables = {name: value_of(text, known.get(name, {})) for name, _, text in told}
    return [Row(hostname=one, variables=variables) for one in devices or ()]
