"""`trimtab change`: request, read, decide, run, stop and undo changes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from changes import approvals, oversight, preview, requests, revisions
from changes.checks import chosen
from changes.models import Approval, ChangeRequest
from changes.plans import Rollout
from changes.preview import DevicePreview
from changes.requests import Wanted, plan_of
from core.errors import InvalidInput
from inventory.devices import by_hostname
from trimtab.commands import execution
from trimtab.commands.change_telling import tell_plan
from trimtab.commands.restoring import restore, rotate_login, rotate_secret
from trimtab.commands.template import Checks, from_template
from trimtab.commands.upgrading import stage, upgrade
from trimtab.console import Json, command_context, out, plain, print_json, safe, show, show_one

app = typer.Typer(no_args_is_help=True)
app.command("from-template")(from_template)
app.command()(restore)
app.command("rotate-secret")(rotate_secret)
app.command("rotate-login")(rotate_login)
app.command()(stage)
app.command()(upgrade)
for command in execution.COMMANDS:
    app.command()(command)

COLUMNS = {
    "id": lambda row: row.id,
    "title": lambda row: row.title,
    "state": lambda row: row.state,
    "kind": lambda row: row.kind,
    "method": lambda row: row.method,
    "devices": lambda row: len(row.targets),
    "requested_by": lambda row: row.requested_by.username,
    "requested_at": lambda row: row.requested_at,
    "outcome": lambda row: row.outcome,
}
DETAILS = COLUMNS | {
    "reason": lambda row: row.reason,
    "digest": lambda row: row.digest,
    "window_start": lambda row: row.window_start,
    "window_end": lambda row: row.window_end,
    "approvals": lambda row: [_vote(one) for one in row.approvals],
    "plan": lambda row: row.plan,
}

Key = Annotated[int, typer.Argument(help="The change's id.")]
Digest = Annotated[str, typer.Option(help="The digest you decide on, as `change show` tells it.")]
Note = Annotated[str, typer.Option(help="Why.")]
Start = Annotated[datetime, typer.Option(help="The window's start, in the local time zone.")]
End = Annotated[datetime, typer.Option(help="The window's end, in the local time zone.")]


@app.command("list")
def list_all(
    *,
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    as_json: Json = False,
) -> None:
    """Change requests, the newest first."""
    with command_context() as ctx:
        show(requests.list_changes(ctx, state=state, limit=200), COLUMNS, as_json=as_json)


@app.command()
def new(  # noqa: PLR0913 - a request's parts
    *,
    title: Annotated[str, typer.Option(help="What it is about, in one line.")],
    reason: Annotated[str, typer.Option(help="Why; approvers and auditors read it.")],
    finding: Annotated[list[int] | None, typer.Option(help="Correct this finding.")] = None,
    device: Annotated[list[str] | None, typer.Option(help="Type lines on this device.")] = None,
    lines: Annotated[Path | None, typer.Option(help="File with the lines to type.")] = None,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="A person types it.")] = False,
    kind: Annotated[
        Literal["standard", "normal", "emergency"], typer.Option(help="Who must approve it.")
    ] = "normal",
    check: Checks = None,
    start: Annotated[
        datetime | None, typer.Option(help="The window's start, in the local time zone.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option(help="The window's end, in the local time zone.")
    ] = None,
    canary: Annotated[
        int | None, typer.Option(min=1, help="Devices of the first wave; as the risk says.")
    ] = None,
    wave: Annotated[int, typer.Option(min=1, help="Devices of each later wave.")] = 50,
    may_fail: Annotated[int, typer.Option(min=0, help="Devices of a wave that may fail.")] = 0,
    undo: Annotated[
        Literal["wave", "all"], typer.Option(help="What goes back when a wave fails.")
    ] = "wave",
    as_json: Json = False,
) -> None:
    """Request the correction of findings, or given lines on devices."""
    if bool(finding) == bool(device):
        raise InvalidInput("Give either --finding, or --device with --lines.")
    wanted = Wanted(
        title=title, reason=reason, kind=kind, method="by_hand" if by_hand else "playbook",
        window=_window(start, end) if start or end else None, checks=chosen(check or ()),
        rollout=Rollout(canary=canary, size=wave, may_fail=may_fail, undo=undo),
    )  # fmt: skip
    with command_context() as ctx:
        if finding:
            change = requests.request_correction(ctx, finding, wanted)
        else:
            typed = _lines(lines)
            targets = {by_hostname(ctx, name).id: typed for name in device or []}
            change = requests.request_lines(ctx, targets, wanted)
        _tell(change, as_json=as_json)


@app.command("show")
def show_change(change: Key, *, as_json: Json = False) -> None:
    """What a change would do, and who has decided."""
    with command_context() as ctx:
        _tell(requests.get_change(ctx, change), as_json=as_json)


@app.command()
def approve(change: Key, *, digest: Digest, note: Note = "", as_json: Json = False) -> None:
    """Approve exactly the plan behind the digest."""
    with command_context() as ctx:
        row = approvals.approve(ctx, change, digest=digest, note=note)
        show_one(row, COLUMNS, as_json=as_json)


@app.command()
def reject(change: Key, *, digest: Digest, note: Note, as_json: Json = False) -> None:
    """Reject the plan behind the digest; the change is over."""
    with command_context() as ctx:
        row = approvals.reject(ctx, change, digest=digest, note=note)
        show_one(row, COLUMNS, as_json=as_json)


@app.command()
def withdraw(change: Key, *, note: Note, as_json: Json = False) -> None:
    """Take your approval back."""
    with command_context() as ctx:
        show_one(approvals.withdraw(ctx, change, note=note), COLUMNS, as_json=as_json)


@app.command()
def cancel(change: Key, *, note: Note, as_json: Json = False) -> None:
    """Cancel a change that has not begun: your own, or with the permission to stop."""
    with command_context() as ctx:
        show_one(requests.cancel(ctx, change, note=note), COLUMNS, as_json=as_json)


@app.command()
def renew(change: Key, *, as_json: Json = False) -> None:
    """Plan a change again from what its devices show now; approvals become void."""
    with command_context() as ctx:
        _tell(revisions.renew(ctx, change), as_json=as_json)


@app.command()
def schedule(change: Key, *, start: Start, end: End, as_json: Json = False) -> None:
    """Give a change another window; approvals become void."""
    window = _window(start, end)
    with command_context() as ctx:
        _tell(revisions.schedule(ctx, change, start=window[0], end=window[1]), as_json=as_json)


@app.command("preview")
def rehearse(change: Key, *, as_json: Json = False) -> None:
    """What a change would do to its devices, without changing them; 1 where one would not take it.

    EOS devices judge the lines themselves, in a configuration session that is thrown away.
    """
    with command_context() as ctx:
        found = preview.preview(ctx, change)
    if as_json:
        print_json([plain(asdict(one)) for one in found])
    else:
        _show_previews(found)
    if any(one.refused or one.problem for one in found):
        raise typer.Exit(1)


@app.command()
def run(change: Key, *, as_json: Json = False) -> None:
    """Queue an approved change now; a worker executes it."""
    with command_context() as ctx:
        show_one(oversight.run_now(ctx, change), COLUMNS, as_json=as_json)


@app.command()
def rollback(change: Key, *, reason: Note, as_json: Json = False) -> None:
    """Request the change that undoes a succeeded one; it needs its own approval."""
    with command_context() as ctx:
        _tell(oversight.request_rollback(ctx, change, reason=reason), as_json=as_json)


@app.command()
def log(change: Key, *, as_json: Json = False) -> None:
    """What the executions of a change told."""
    columns = {
        "at": lambda one: one.at,
        "host": lambda one: one.host,
        "task": lambda one: one.task,
        "status": lambda one: one.status,
        "text": lambda one: one.text,
    }
    with command_context() as ctx:
        show(oversight.log(ctx, change), columns, as_json=as_json)


@app.command()
def verifications(change: Key, *, as_json: Json = False) -> None:
    """What the devices of a change showed after each run."""
    columns = {
        "run": lambda one: one.run_id,
        "device": lambda one: one.device_id,
        "at": lambda one: one.verified_at,
        "as_declared": lambda one: one.as_declared,
        "detail": lambda one: one.detail,
        "snapshot": lambda one: one.snapshot_id,
    }
    with command_context() as ctx:
        show(oversight.verifications(ctx, change), columns, as_json=as_json)


def _tell(change: ChangeRequest, *, as_json: bool) -> None:
    if as_json:
        show_one(change, DETAILS, as_json=True)
        return
    show_one(change, {k: v for k, v in DETAILS.items() if k != "plan"}, as_json=False)
    tell_plan(plan_of(change))


TOLD_BY = {
    "check mode": "check mode: Ansible's, on the server",
    "config session": "config session: the device judged it, and threw it away",
    "candidate compare": "candidate compare: the device judged it, and threw it away",
    "computed": "computed from what the device shows",
}


def _show_previews(found: Sequence[DevicePreview]) -> None:
    for one in found:
        how = TOLD_BY.get(one.how or "", "no preview")
        out.print(f"[bold]{safe(one.hostname)}[/bold]: {how}")
        refused = [f"refused: {line}" for line in one.refused]
        for line in filter(None, (one.problem, *refused)):
            out.print(f"  [red]{safe(line)}[/red]", soft_wrap=True)
        out.print(f"{safe(one.diff)}\n", soft_wrap=True)


def _window(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    if start is None or end is None:
        raise InvalidInput("A window has both --start and --end.")
    return start.astimezone(), end.astimezone()


def _lines(file: Path | None) -> list[str]:
    if file is None:
        raise InvalidInput("--device needs --lines FILE with what is to be typed.")
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read as text: {error}") from error


def _vote(vote: Approval) -> str:
    behalf = f" for {vote.behalf.username}" if vote.behalf else ""
    void = f" (void: {vote.void_reason})" if vote.voided_at else ""
    signed = f"{vote.digest[:12]} on {vote.decided_at:%Y-%m-%d %H:%M} UTC"
    return f"{vote.person.username}{behalf}: {vote.decision} {signed}{void}"
