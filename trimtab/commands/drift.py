"""`trimtab drift`: findings, and what is decided about them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import typer

from drift import findings
from drift.models import Finding
from trimtab.console import Json, command_context, out, safe, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "device": lambda row: row.device.hostname,
    "state": lambda row: row.state,
    "severity": lambda row: row.severity,
    "verdict": lambda row: row.verdict,
    "reason": lambda row: row.verdict_reason,
    "lines": lambda row: len(row.differences),
    "opened_at": lambda row: row.opened_at,
    "last_seen_at": lambda row: row.last_seen_at,
}
DETAILS = COLUMNS | {
    "fingerprint": lambda row: row.fingerprint,
    "event": lambda row: row.event_id,
    "suppressed_until": lambda row: row.suppressed_until,
    "differences": lambda row: row.differences,
    "remediation": lambda row: row.remediation,
    "rollback": lambda row: row.rollback,
    "refusals": lambda row: row.refusals,
}
STYLES = {"missing": "[red]-[/red]", "extra": "[green]+[/green]", "moved": "[yellow]~[/yellow]"}

State = Literal["open", "suppressed", "resolved", "all"]
Key = Annotated[int, typer.Argument(help="The finding's id.")]
Reason = Annotated[str, typer.Option(help="Why; auditors read it.")]


@app.command("list")
def list_all(
    *,
    state: Annotated[State, typer.Option(help="Those in this state, or all.")] = "open",
    verdict: Annotated[str | None, typer.Option(help="unauthorised, authorised, ...")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """Findings, the newest first."""
    with command_context() as ctx:
        rows = findings.list_findings(
            ctx, state=None if state == "all" else state, verdict=verdict, limit=limit
        )
        show(rows, COLUMNS, as_json=as_json)


@app.command("show")
def show_finding(finding: Key, *, as_json: Json = False) -> None:
    """A finding with its differences and the commands that correct it."""
    with command_context() as ctx:
        row = findings.get(ctx, finding)
        if as_json:
            show_one(row, DETAILS, as_json=True)
            return
        show_one(row, COLUMNS, as_json=False)
        _lines(row)


@app.command()
def suppress(
    finding: Key,
    *,
    reason: Reason,
    days: Annotated[int, typer.Option(min=1, max=365, help="Until this many days from now.")] = 7,
    as_json: Json = False,
) -> None:
    """Silence exactly this drift for some days."""
    until = datetime.now(UTC) + timedelta(days=days)
    with command_context() as ctx:
        row = findings.suppress(ctx, finding, reason=reason, until=until)
        show_one(row, DETAILS if as_json else COLUMNS, as_json=as_json)


@app.command()
def accept(finding: Key, *, reason: Reason, as_json: Json = False) -> None:
    """Make what the device shows its baseline."""
    with command_context() as ctx:
        row = findings.accept_as_baseline(ctx, finding, reason=reason)
        show_one(row, DETAILS if as_json else COLUMNS, as_json=as_json)


def _lines(row: Finding) -> None:
    above: tuple[str, ...] = ()
    for difference in findings.differences_of(row):
        if difference.path != above:
            above = difference.path
            out.print("".join(f"  {safe(section)}\n" for section in above), end="", style="dim")
        out.print(f"{STYLES[difference.side]} {'  ' * bool(above)}{safe(difference.line)}")
    for title, lines in (("To correct it:", row.remediation), ("To undo that:", row.rollback)):
        if lines:
            out.print(f"\n[bold]{title}[/bold]")
            out.print("\n".join(safe(line) for line in lines))
    for refusal in row.refusals:
        out.print(f"[yellow]refused:[/yellow] {safe(refusal)}")
