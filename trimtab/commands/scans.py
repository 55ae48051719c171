"""`trimtab scans`: scans under way and of the past, with their figures."""

from dataclasses import asdict
from typing import Annotated

import typer

from drift import scan_reports
from trimtab.console import Json, command_context, out, plain, print_json, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "kind": lambda row: row.kind,
    "state": lambda row: row.state,
    "started_by": lambda row: row.started_by,
    "started_at": lambda row: row.started_at,
    "seconds": lambda row: round(row.seconds, 1),
    "asked": lambda row: row.asked,
    "done": lambda row: row.done,
    "drifted": lambda row: row.drifted,
    "failed": lambda row: row.failed,
    "skipped": lambda row: row.skipped,
    "cut_sites": lambda row: row.cut_sites,
    "resting": lambda row: row.resting,
}
DETAILS = COLUMNS | {
    "ended_at": lambda row: row.ended_at,
    "outcomes": lambda row: ", ".join(f"{count} {name}" for name, count in row.outcomes.items()),
}
FAILED = {
    "hostname": lambda row: row.hostname,
    "outcome": lambda row: row.outcome,
    "detail": lambda row: row.detail,
}
SLOWEST = {
    "hostname": lambda row: row.hostname,
    "seconds": lambda row: row.seconds,
}
CUT = {
    "site": lambda row: row.code,
    "failed": lambda row: row.failed,
    "devices": lambda row: row.devices,
    "left": lambda row: row.left,
}


@app.command("list")
def list_all(
    *,
    before: Annotated[int | None, typer.Option(min=1, help="Only older than this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: Json = False,
) -> None:
    """Scans, the newest first."""
    with command_context() as ctx:
        show(scan_reports.list_scans(ctx, before=before, limit=limit), COLUMNS, as_json=as_json)


@app.command("show")
def show_scan(
    scan: Annotated[int, typer.Argument(min=1, help="The scan's id.")], *, as_json: Json = False
) -> None:
    """A scan with the devices that failed or took longest, and the sites that were cut off."""
    with command_context() as ctx:
        report = scan_reports.get_report(ctx, scan)
    if as_json:
        print_json(plain(asdict(report)))
        return
    show_one(report.figures, DETAILS, as_json=False)
    for title, rows, columns in (
        ("Failed or left alone", report.failed, FAILED),
        ("Longest sessions", report.slowest, SLOWEST),
        ("Sites cut off", report.cut, CUT),
    ):
        if rows:
            out.print()
            show(rows, columns, as_json=False, title=title)
