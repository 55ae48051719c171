"""`trimtab noise`: lines that devices change by themselves: learn, approve, withdraw masks."""

from typing import Annotated, Literal

import typer

from changes.acted import corrected
from core.audit import Fact
from drift.noise import decisions, learning
from drift.noise.learning import LONGEST, SHORTEST, USUAL, Learned
from drift.noise.models import NoiseMask
from drift.noise.proposing import Unproposed
from inventory import devices
from trimtab.console import (
    Column,
    Json,
    command_context,
    out,
    plain,
    print_json,
    safe,
    show,
    show_one,
)

app = typer.Typer(no_args_is_help=True)


def _hidden(row: NoiseMask) -> str:
    """In how many of the versions looked at the mask hides a line."""
    history = row.evidence["history"]
    return f"{history['hidden']} of {history['versions']}" if isinstance(history, dict) else "-"


COLUMNS: dict[str, Column[NoiseMask]] = {
    "id": lambda row: row.id,
    "state": lambda row: row.state,
    "platform": lambda row: row.platform,
    "unit": lambda row: row.unit.code,
    "path": lambda row: row.path,
    "pattern": lambda row: row.pattern,
    "approvals": lambda row: len(row.approvals),
    "hidden": _hidden,
    "learned_at": lambda row: row.learned_at,
}
DETAILS = COLUMNS | {
    "before": lambda row: row.example_before,
    "after": lambda row: row.example_after,
    "device": lambda row: row.device.hostname,
    "approved_by": lambda row: [one.person.username for one in row.approvals],
    "active_at": lambda row: row.active_at,
    "ended_at": lambda row: row.ended_at,
    "reason": lambda row: row.reason,
    "evidence": lambda row: row.evidence,
}
OTHERS: dict[str, Column[Unproposed]] = {
    "path": lambda one: one.path,
    "line": lambda one: one.line,
    "reason": lambda one: one.reason,
}

State = Literal["proposed", "active", "rejected", "withdrawn", "all"]
Key = Annotated[int, typer.Argument(help="The mask's id.")]
Reason = Annotated[str, typer.Option(help="Why; auditors read it.")]


@app.command()
def learn(
    hostname: Annotated[str, typer.Argument(help="The device's name.")],
    *,
    apart: Annotated[
        float, typer.Option(min=SHORTEST, max=LONGEST, help="Seconds between the two readings.")
    ] = USUAL,
    as_json: Json = False,
) -> None:
    """Read a device twice and propose masks for what changed; exit 1 when it cannot be read."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        learned = learning.learn(ctx, device.id, apart=apart, corrected=corrected)
        if as_json:
            print_json(_facts(learned))
        else:
            _told(learned)
    if learned.outcome != "learned":
        raise typer.Exit(1)


@app.command("list")
def list_all(
    *,
    state: Annotated[State, typer.Option(help="Those in this state, or all.")] = "all",
    platform: Annotated[str | None, typer.Option(help="Those of this platform.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """Masks, the newest first; `hidden` is in how many past versions each hides a line."""
    with command_context() as ctx:
        wanted = None if state == "all" else state
        rows = decisions.listing(ctx, state=wanted, platform=platform, limit=limit)
        show(rows, COLUMNS, as_json=as_json)


@app.command("show")
def show_mask(mask: Key, *, as_json: Json = False) -> None:
    """A mask with what it was learned from and what it would have hidden."""
    with command_context() as ctx:
        show_one(decisions.get(ctx, mask), DETAILS, as_json=as_json)


@app.command()
def approve(
    mask: Key,
    *,
    note: Annotated[str, typer.Option(help="What you looked at; auditors read it.")],
    as_json: Json = False,
) -> None:
    """Say yes to a mask; it holds when a second person did too."""
    with command_context() as ctx:
        row = decisions.approve(ctx, mask, note=note, corrected=corrected)
        show_one(row, DETAILS if as_json else COLUMNS, as_json=as_json)


@app.command()
def reject(mask: Key, *, reason: Reason, as_json: Json = False) -> None:
    """Say no to a proposal."""
    with command_context() as ctx:
        row = decisions.reject(ctx, mask, reason=reason)
        show_one(row, DETAILS if as_json else COLUMNS, as_json=as_json)


@app.command()
def withdraw(mask: Key, *, reason: Reason, as_json: Json = False) -> None:
    """End a mask that holds: what it hid is drift again."""
    with command_context() as ctx:
        row = decisions.withdraw(ctx, mask, reason=reason)
        show_one(row, DETAILS if as_json else COLUMNS, as_json=as_json)


def _facts(learned: Learned) -> Fact:
    return {
        "device": learned.hostname, "outcome": learned.outcome, "detail": learned.detail,
        "proposed": [_columns(row) for row in learned.masks],
        "known": [_columns(row) for row in learned.known],
        "others": [{name: plain(of(one)) for name, of in OTHERS.items()} for one in learned.others],
    }  # fmt: skip


def _columns(row: NoiseMask) -> Fact:
    return {name: plain(of(row)) for name, of in DETAILS.items()}


def _told(learned: Learned) -> None:
    out.print(f"{safe(learned.hostname)}: {learned.outcome}. {safe(learned.detail)}",
              soft_wrap=True)  # fmt: skip
    for title, rows in (("Proposed:", learned.masks), ("Known already:", learned.known)):
        if rows:
            out.print(f"\n[bold]{title}[/bold]")
            show(rows, COLUMNS, as_json=False)
    if learned.others:
        out.print("\n[bold]Not proposed:[/bold]")
        show(learned.others, OTHERS, as_json=False)
