"""`trimtab baseline`: approved configurations."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from core.errors import InvalidInput, NotFound
from drift import baselines
from drift.baselines import Terms
from inventory import devices, snapshots
from trimtab.commands import baseline_facts, baseline_render
from trimtab.console import Json, command_context, out, safe, show, show_one

app = typer.Typer(no_args_is_help=True)
app.command("render")(baseline_render.render)
app.add_typer(baseline_facts.app, name="facts")

COLUMNS = {
    "device": lambda row: row.device.hostname,
    "version": lambda row: row.version,
    "source": lambda row: row.source,
    "snapshot": lambda row: row.snapshot_id,
    "digest": lambda row: row.digest,
    "reason": lambda row: row.reason,
    "valid_from": lambda row: row.valid_from,
    "valid_until": lambda row: row.valid_until,
    "grace_until": lambda row: row.grace_until,
    "cohort": lambda row: row.cohort,
    "managed": lambda row: row.sections,
    "provenance": lambda row: row.provenance,
}

BRIEF = {name: COLUMNS[name] for name in ("device", "version", "source", "reason", "valid_from")}
"""What a table of many has room for; `--json` tells all."""

Hostname = Annotated[str, typer.Argument(help="The device's name.")]
Reason = Annotated[str, typer.Option(help="Why; auditors read it.")]
Start = Annotated[
    datetime | None, typer.Option("--from", help="From when it holds, local time; else at once.")
]
Grace = Annotated[
    int, typer.Option(min=0, help="Hours for which the version before is borne with.")
]
Manage = Annotated[
    list[str] | None,
    typer.Option(
        help="First words of a managed section, such as 'interface Loopback*'; repeat it. Without "
        "it the version before says; 'everything' manages all."
    ),
]


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """The valid baseline of every device."""
    with command_context() as ctx:
        show(baselines.list_baselines(ctx), COLUMNS if as_json else BRIEF, as_json=as_json)


@app.command()
def history(hostname: Hostname, *, as_json: Json = False) -> None:
    """All versions of a device's baseline, the newest first."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        show(baselines.versions(ctx, device.id), COLUMNS, as_json=as_json)


@app.command("show")
def show_text(hostname: Hostname, *, as_json: Json = False) -> None:
    """The text of a device's valid baseline."""
    with command_context() as ctx:
        baseline = baselines.baseline_for(ctx, devices.by_hostname(ctx, hostname).id)
        if baseline is None:
            raise NotFound(
                f"{hostname} has no baseline yet. `trimtab baseline approve {hostname}` makes its "
                "last snapshot the first."
            )
        text = baselines.text(ctx, baseline)
        if as_json:
            show_one(baseline, COLUMNS | {"text": lambda _row: text}, as_json=True)
        else:
            out.print(safe(text), end="", soft_wrap=True)


@app.command()
def approve(
    hostname: Hostname,
    *,
    reason: Reason,
    snapshot: Annotated[int | None, typer.Option(help="Its id; else the last one.")] = None,
    start: Start = None,
    grace_hours: Grace = 0,
    manage: Manage = None,
    as_json: Json = False,
) -> None:
    """Make what a snapshot shows the device's baseline."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        chosen = snapshots.latest(ctx, device.id) if snapshot is None else (
            snapshots.get_snapshot(ctx, snapshot)
        )  # fmt: skip
        if chosen is None:
            raise NotFound(
                f"{hostname} has no snapshot yet. `trimtab collect {hostname}` makes one."
            )
        if chosen.device_id != device.id:
            raise InvalidInput(f"Snapshot {snapshot} is not one of {hostname}.")
        terms = _terms(start, grace_hours, manage)
        made = baselines.approve_snapshot(ctx, chosen.id, reason=reason, terms=terms)
        show_one(made, COLUMNS, as_json=as_json)


@app.command("first")
def approve_first(*, reason: Reason, as_json: Json = False) -> None:
    """Make what each device without a baseline showed last its first one."""
    with command_context() as ctx:
        made = baselines.approve_first(ctx, reason=reason)
        show(made, COLUMNS if as_json else BRIEF, as_json=as_json)


@app.command("set")
def set_text(
    hostname: Hostname,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Its text, UTF-8.")],
    *,
    reason: Reason,
    start: Start = None,
    grace_hours: Grace = 0,
    manage: Manage = None,
    as_json: Json = False,
) -> None:
    """Make a written configuration the device's baseline."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is no UTF-8 text (byte {error.start}).") from error
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        terms = _terms(start, grace_hours, manage)
        made = baselines.set_intended(ctx, device.id, text, reason=reason, terms=terms)
        show_one(made, COLUMNS, as_json=as_json)


@app.command()
def withdraw(
    hostname: Hostname,
    version: Annotated[int, typer.Argument(min=1, help="The version; it does not hold yet.")],
    *,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Take back a version that does not hold yet; the one before it goes on holding."""
    with command_context() as ctx:
        for row in baselines.versions(ctx, devices.by_hostname(ctx, hostname).id):
            if row.version == version:
                show_one(baselines.withdraw(ctx, row.id, reason=reason), COLUMNS, as_json=as_json)
                return
        raise NotFound(f"{hostname} has no baseline {version}. `trimtab baseline history` has all.")


def _terms(start: datetime | None, grace_hours: int, manage: list[str] | None) -> Terms:
    sections = None if manage is None else () if manage == ["everything"] else tuple(manage)
    return Terms(
        valid_from=start.astimezone() if start else None, grace=timedelta(hours=grace_hours),
        sections=sections,
    )  # fmt: skip
