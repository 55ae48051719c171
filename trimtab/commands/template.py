"""`trimtab change from-template`: many devices from one template with a CSV of variables."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from changes.catalogue import requesting
from changes.catalogue.requesting import Preview
from changes.catalogue.written import columns_of, rows_of, template_with
from changes.checks import chosen
from changes.requests import Wanted, Window
from core.audit import Fact
from core.errors import InvalidInput
from trimtab.console import Json, command_context, given_text, out, print_json, safe, show_one

REQUESTED = {
    "id": lambda row: row.id,
    "title": lambda row: row.title,
    "kind": lambda row: row.kind,
    "state": lambda row: row.state,
    "digest": lambda row: row.digest,
    "devices": lambda row: len(row.targets),
}
Start = Annotated[datetime | None, typer.Option(help="The window's start, in the local time zone.")]
Checks = Annotated[
    list[str] | None,
    typer.Option("--check", help="Between waves, such as neighbours_up; `none`, else the usual."),
]
End = Annotated[datetime | None, typer.Option(help="The window's end, in the local time zone.")]


def from_template(  # noqa: PLR0913 - a request's parts
    template: Annotated[str, typer.Argument(help="Jinja2 file; - reads input.")], *,
    file: Annotated[str, typer.Option("--csv", help="A column `hostname`, one a variable.")],
    title: Annotated[str, typer.Option(help="What it is about, in one line.")] = "",
    reason: Annotated[str, typer.Option(help="Why; approvers and auditors read it.")] = "",
    rollback: Annotated[
        str | None, typer.Option(help="Template of the lines that undo it; else computed.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option(help="JSON Schema file of the variables; else any text.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only show the lines.")] = False,
    check: Checks = None,
    start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request one change of many devices: a template, and a CSV of their variables.

    Every mistake is told with its line and column, and then nothing is requested.
    """
    text = given_text(file)
    made = template_with(
        Path(template).name, given_text(template), given_text(rollback) if rollback else "",
        names=columns_of(text), inputs=_schema(schema) if schema else None,
    )  # fmt: skip
    rows = rows_of(text, made.inputs)
    window = window_of(start, end)
    wanted = Wanted(title=title, reason=reason, window=window, checks=chosen(check or ()))
    with command_context() as ctx:
        if preview:
            show_lines(requesting.preview_template(ctx, made, rows), as_json=as_json)
            return
        change = requesting.request_from_template(ctx, made, rows, wanted)
        show_one(change, REQUESTED, as_json=as_json)


def show_lines(found: Sequence[Preview], *, as_json: bool) -> None:
    """The lines of each device and those that undo them."""
    if as_json:
        print_json([
            {"hostname": one.hostname, "lines": list(one.lines), "rollback": list(one.rollback)}
            for one in found
        ])  # fmt: skip
        return
    for one in found:
        out.print(f"[bold]{safe(one.hostname)}[/bold]")
        for sign, lines in (("+", one.lines), ("undo", one.rollback)):
            for line in lines:
                out.print(f"  {sign} {safe(line)}", highlight=False)


def window_of(start: datetime | None, end: datetime | None) -> Window | None:
    """The window with the local time zone, none where neither is given."""
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise InvalidInput("A window has both --start and --end.")
    return start.astimezone(), end.astimezone()


def _schema(file: str) -> Mapping[str, Fact]:
    try:
        schema = json.loads(given_text(file))
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{file}, line {error.lineno}: no JSON: {error.msg}.") from error
    if not isinstance(schema, dict):
        raise InvalidInput(f"{file} is no JSON Schema of an object.")
    return schema
