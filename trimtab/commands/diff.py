"""`trimtab diff`: judge one configuration file against another; needs no database."""

import sys
from typing import Annotated

import typer
from rich.table import Table

from core.audit import Fact
from drift import Assessment, assess
from drift.engine.sidebyside import rows
from drift.platforms import names
from trimtab.console import Json, given_text, out, plain, print_json, safe

app = typer.Typer()

STYLES = {"missing": "red", "extra": "green", "moved": "yellow", "changed": "yellow"}
SIGNS = {"missing": "-", "extra": "+", "moved": "~"}


@app.command()
def diff(
    running: Annotated[str, typer.Argument(help="File with what runs; - is standard input.")],
    intended: Annotated[str, typer.Argument(help="File with what is intended; - is stdin.")],
    *,
    platform: Annotated[str, typer.Option(help=f"One of {', '.join(names())}.")],
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", help="Whole texts beside each other.")
    ] = False,
    remediation: Annotated[bool, typer.Option("--remediation", help="Only the lines.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Only the undoing lines.")] = False,
    as_json: Json = False,
) -> None:
    """Judge what runs against what is intended: exit 0 in sync, 1 differs, 2 error."""
    now, wanted = given_text(running), given_text(intended)
    found = assess(now, wanted, platform=platform)
    if as_json:
        print_json(_told(found))
    elif remediation or rollback:
        for line in found.remediation if remediation else found.rollback:
            sys.stdout.write(f"{line}\n")
    elif side_by_side:
        _beside(now, wanted)
    else:
        _listed(found)
    if not found.in_sync:
        raise typer.Exit(1)


def _told(found: Assessment) -> dict[str, Fact]:
    return {
        "in_sync": found.in_sync,
        "differences": [
            {"path": one.path, "line": one.line, "side": one.side,
             "running_line": one.running_line, "intended_line": one.intended_line}
            for one in found.differences
        ],
        "remediation": plain(found.remediation),
        "rollback": plain(found.rollback),
        "refusals": [{"path": one.path, "reason": one.reason} for one in found.refusals],
    }  # fmt: skip


def _listed(found: Assessment) -> None:
    if found.in_sync:
        out.print("in sync")
        return
    out.print("[dim]+ runs, but is not intended   - is intended, but does not run   ~ moved[/dim]")
    entered: tuple[str, ...] = ()
    for one in found.differences:
        for depth, section in enumerate(one.path):
            if one.path[: depth + 1] != entered[: depth + 1]:
                out.print(f"[dim]  {'  ' * depth}{safe(section)}[/dim]", soft_wrap=True)
        style, pad = STYLES[one.side], "  " * len(one.path)
        shown = f"\n  {pad}".join(safe(one.line).split("\n"))
        out.print(f"[{style}]{SIGNS[one.side]} {pad}{shown}[/{style}]", soft_wrap=True)
        entered = (*one.path, one.line)
    if found.remediation:
        out.print("\n[bold]remediation[/bold]")
        out.print("\n".join(safe(line) for line in found.remediation), soft_wrap=True)
    for refusal in found.refusals:
        place = safe(" / ".join(refusal.path))
        out.print(f"[yellow]no safe commands at {place}: {safe(refusal.reason)}[/yellow]")


def _beside(now: str, wanted: str) -> None:
    table = Table(box=None, expand=True, show_header=True)
    for head in ("", "intended", "", "running"):
        table.add_column(head, ratio=1 if head else None, overflow="fold", style="default")
    for row in rows(now, wanted):
        if row.kind == "fold":
            table.add_row("", f"[dim]{safe(row.left)}[/dim]", "", "")
            continue
        style = STYLES.get(row.kind, "default")
        table.add_row(
            str(row.left_number or ""), f"[{style}]{safe(row.left)}[/{style}]",
            str(row.right_number or ""), f"[{style}]{safe(row.right)}[/{style}]",
        )  # fmt: skip
    out.print(table)
