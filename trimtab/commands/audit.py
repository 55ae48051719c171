"""`trimtab audit`: read, verify and export the records of all actions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from changes.questions.sight import PARTLY, in_sight
from core.audit import ALL, Fact
from core.errors import InvalidInput
from core.evidence.archives.shelf import archived_until
from core.evidence.breaks import Verification
from core.identities import readable
from core.records import canonical_lines, list_records, verify
from core.sight import require_sight
from trimtab.commands import audit_archives, audit_evidence
from trimtab.console import Json, command_context, err, out, print_json, safe, show

app = typer.Typer(no_args_is_help=True)
app.command("seal")(audit_evidence.seal)
app.command("head")(audit_evidence.head)
app.command("prove")(audit_evidence.prove)
app.command("consistency")(audit_evidence.consistency)
app.command("rotate-key")(audit_evidence.rotate)
app.command("anchor")(audit_evidence.anchor)
app.command("verifier")(audit_evidence.verifier)
app.command("archive")(audit_archives.archive)
app.command("restore")(audit_archives.restore)
app.command("archives")(audit_archives.list_archives)

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
    """Records of the units that you audit, the newest first."""
    with command_context() as ctx:
        within = in_sight(ctx)
        rows = list_records(ctx, actor=actor, action=action, limit=limit, within=within)
        told = readable(ctx.session, [row.facts for row in rows])
        facts = {row.id: one for row, one in zip(rows, told, strict=True)}
        show(rows, COLUMNS | {"facts": lambda row: facts[row.id]}, as_json=as_json)
        away = archived_until(ctx)
    if within and not as_json:
        err.print(PARTLY)
    if away and not as_json:
        err.print(safe(away.told))


@app.command("verify")
def verify_all(
    *,
    since_last: Annotated[
        bool, typer.Option("--since-last", help="Only what came after the last verified head.")
    ] = False,
    anchors: Annotated[
        Path | None, typer.Option(help="A file of heads laid down outside; they have to fit.")
    ] = None,
    archives: Annotated[
        Path | None, typer.Option(help="The folder with the files of archived records.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hash every record again, compare with the signed heads; exit 1 when anything is broken."""
    if anchors and not anchors.exists():
        raise InvalidInput(f"There is no file {anchors}.")
    with command_context() as ctx:
        told = verify(
            ctx, since="last" if since_last else "begin", anchors=anchors, archives=archives
        )
    if as_json:
        print_json(_facts(told))
    else:
        out.print(_told(told))
        for one in told.broken:
            out.print(safe(one.told))
    if not told.ok:
        raise typer.Exit(1)


def _told(told: Verification) -> str:
    head = f"head of {told.size} records, root {told.root.hex()}"
    before = f" ({told.since} of them verified before)" if told.since else ""
    away = f" ({told.archived} of them read from archives)" if told.archived else ""
    unsealed = f", {told.unsealed} not sealed yet" if told.unsealed else ""
    return f"{head}\n{told.records} records{before}{away}{unsealed}, {len(told.broken)} broken"


def _facts(told: Verification) -> dict[str, Fact]:
    return {
        "ok": told.ok, "records": told.records, "size": told.size, "root": told.root.hex(),
        "unsealed": told.unsealed, "since": told.since, "archived": told.archived,
        "broken": [
            {"kind": one.kind, "id": one.id, "position": one.position, "what": one.what}
            for one in told.broken
        ],
    }  # fmt: skip


@app.command()
def export(
    *,
    file: Annotated[Path | None, typer.Option(help="A new file; default: standard output.")] = None,
    as_json: Json = False,
) -> None:
    """Every record's canonical JSON, one a line, in order; with --file, --json tells how many.

    For who audits the whole organization.
    """
    with command_context() as ctx:
        require_sight(ctx, None)  # before a file is made
        ctx.record("audit.exported", ALL)
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
