"""`trimtab audit`: read, verify and export the records of all actions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.audit import Subject
from core.errors import InvalidInput
from core.records import canonical_lines, list_records, verify
from trimtab.console import Json, command_context, err, out, print_json, safe, show

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "at": lambda row: row.recorded_at,
    "who": lambda row: row.actor_name,
    "action": lambda row: row.action,
    "subject": lambda row: f"{row.subject_type} {row.subject_label}",
    "facts": lambda row: row.facts,
}


@app.command("list")
def list_all(
    *,
    actor: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """Records, the newest first."""
    with command_context() as ctx:
        show(list_records(ctx, actor=actor, action=action, limit=limit), COLUMNS, as_json=as_json)


@app.command("verify")
def verify_all(*, as_json: Json = False) -> None:
    """Recompute every hash; exit 1 when a record is not what was written."""
    with command_context() as ctx:
        told = verify(ctx)
        ctx.record("audit.verified", Subject(type="audit", id="all", label="all records"),
                   records=told.records, broken=len(told.broken))  # fmt: skip
    if as_json:
        print_json({
            "ok": told.ok, "records": told.records,
            "broken": [{"id": one.id, "what": one.what} for one in told.broken],
        })  # fmt: skip
    else:
        out.print(f"{told.records} records, {len(told.broken)} broken")
        for one in told.broken:
            out.print(f"record {one.id}: {safe(one.what)}")
    if not told.ok:
        raise typer.Exit(1)


@app.command()
def export(
    *,
    file: Annotated[Path | None, typer.Option(help="A new file; default: standard output.")] = None,
    as_json: Json = False,
) -> None:
    """Every record's canonical JSON, one a line, in order; with --file, --json tells how many."""
    with command_context() as ctx:
        ctx.record("audit.exported", Subject(type="audit", id="all", label="all records"))
        try:
            target = file.open("xb") if file else sys.stdout.buffer
        except OSError as error:
            raise InvalidInput(f"{file} cannot be written: {error.strerror}.") from error
        count = 0
        for line in canonical_lines(ctx):
            target.write(line + b"\n")
            count += 1
        target.flush()
        if file:
            target.close()
    if file and as_json:
        print_json({"records": count, "file": str(file)})
    else:
        err.print(f"{count} records")
