"""`trimtab snapshot`: what devices showed, and the difference of any two."""

from difflib import unified_diff
from typing import Annotated

import typer

from core.audit import Fact
from inventory import commitments, devices, originals, snapshots
from inventory.snapshot_models import Snapshot
from trimtab.commands import snapshot_history
from trimtab.console import Json, command_context, out, print_json, safe, show, show_one

app = typer.Typer(no_args_is_help=True)
app.add_typer(snapshot_history.app)

COLUMNS = {
    "id": lambda row: row.id,
    "device": lambda row: row.device.hostname,
    "source": lambda row: row.source,
    "digest": lambda row: row.digest,
    "lines": lambda row: row.lines,
    "trusted": lambda row: row.trusted,
    "score": lambda row: row.score,
    "doubts": lambda row: row.doubts,
    "first_seen_at": lambda row: row.first_seen_at,
    "last_seen_at": lambda row: row.last_seen_at,
}

SnapshotId = Annotated[int, typer.Argument(help="A snapshot's number from `snapshot list`.")]


@app.command("list")
def list_all(
    hostname: Annotated[str | None, typer.Argument(help="Only this device's.")] = None,
    *,
    source: Annotated[snapshots.Source | None, typer.Option(help="One of the two.")] = None,
    before: Annotated[int | None, typer.Option(help="Older than this number.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """Snapshots, the newest first."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname) if hostname else None
        found = snapshots.list_snapshots(
            ctx, device_id=device.id if device else None, source=source, before=before,
            limit=limit,
        )  # fmt: skip
        show(found, COLUMNS, as_json=as_json)


@app.command("show")
def show_text(number: SnapshotId, *, as_json: Json = False) -> None:
    """The text of a snapshot, its secrets replaced by marks."""
    with command_context() as ctx:
        snapshot = snapshots.get_snapshot(ctx, number)
        text = snapshots.text_of(ctx, snapshot.digest)
        if as_json:
            show_one(snapshot, COLUMNS | {"text": lambda _row: text}, as_json=True)
        else:
            out.print(safe(text), end="", soft_wrap=True)


@app.command("reveal")
def reveal(
    number: SnapshotId,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is recorded before you see anything.")],
    line: Annotated[int | None, typer.Option(min=1, help="This line alone.")] = None,
    as_json: Json = False,
) -> None:
    """The text of a snapshot with its secrets; every look is a record."""
    with command_context() as ctx:
        text = originals.reveal(ctx, number, reason=reason, line=line)
    if as_json:
        print_json({"snapshot_id": number, "line": line, "text": text})
    else:
        out.print(safe(text), end="", soft_wrap=True)


@app.command("open")
def open_secret(
    number: SnapshotId, part: Annotated[int, typer.Argument(min=1, help="Which mark, from 1.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; it is recorded before you see anything.")],
    as_json: Json = False,
) -> None:  # fmt: skip
    """One secret with the salt that proves it; `verify_evidence.py --open` checks both."""
    with command_context() as ctx:
        opened = commitments.open_secret(ctx, number, part, reason=reason)
    told: dict[str, Fact] = {
        "index": opened.index,
        "salt": opened.salt.hex(),
        "secret": opened.secret,
    }
    if as_json:
        print_json(told)
    else:
        out.print(safe(f"{opened.salt.hex()} {opened.secret}"), soft_wrap=True)


@app.command("diff")
def diff(first: SnapshotId, second: SnapshotId, *, as_json: Json = False) -> None:
    """Compare two snapshots line by line; exit 1 when they differ."""
    with command_context() as ctx:
        before, after = snapshots.get_snapshot(ctx, first), snapshots.get_snapshot(ctx, second)
        lines = [
            line.rstrip("\n")
            for line in unified_diff(
                snapshots.text_of(ctx, before.digest).splitlines(),
                snapshots.text_of(ctx, after.digest).splitlines(),
                _name(before), _name(after), lineterm="",
            )
        ]  # fmt: skip
    if as_json:
        print_json({"differs": bool(lines), "lines": lines})
    elif lines:
        out.print(safe("\n".join(lines)), soft_wrap=True)
    else:
        out.print("The two are the same.")
    if lines:
        raise typer.Exit(1)


def _name(snapshot: Snapshot) -> str:
    return f"{snapshot.device.hostname} {snapshot.source} {snapshot.id}"
