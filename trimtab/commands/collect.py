"""`trimtab collect`: collect configurations now. Judges nothing; `trimtab scan` does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from drift.selection import select_devices
from inventory.discovery import CollectionOutcome, collect_many
from trimtab.console import ORIGIN, Json, acting_person, command_runtime, err, safe, show

app = typer.Typer()

FINE = frozenset({"changed", "unchanged"})
COLUMNS = {
    "hostname": lambda row: row.hostname,
    "outcome": lambda row: row.outcome,
    "snapshot": lambda row: row.snapshot_id,
    "seconds": lambda row: row.seconds,
    "detail": lambda row: row.detail,
}


@app.command()
def collect(
    hostnames: Annotated[list[str] | None, typer.Argument(help="Devices; none: all.")] = None,
    *,
    site: Annotated[str | None, typer.Option(help="Only the devices of this site.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, max=500, help="At a time.")] = None,
    as_json: Json = False,
) -> None:
    """Collect devices; exit 1 when one could not be collected or its capture is not trusted."""
    with command_runtime() as runtime:
        person = acting_person(runtime)
        with runtime.context(person, ORIGIN) as ctx:
            ids = select_devices(
                ctx, permission="device.collect", hostnames=hostnames or (), site=site
            )
        with _bar(len(ids)) as advance:
            outcomes = collect_many(
                lambda: runtime.context(person, ORIGIN), ids, progress=advance,
                threads=threads or runtime.settings.collect_threads,
            )  # fmt: skip
    show(outcomes, COLUMNS, as_json=as_json)
    if any(ended.outcome not in FINE for ended in outcomes):
        raise typer.Exit(1)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[CollectionOutcome], None]]:
    columns = (
        TextColumn("collect"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("collect", total=total, last="")

        def advance(ended: CollectionOutcome) -> None:
            progress.update(task, advance=1, last=safe(f"{ended.hostname} {ended.outcome}"))

        yield advance
