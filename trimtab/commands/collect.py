"""`trimtab collect`: collect configurations now. Judges nothing; `trimtab scan` does."""

from typing import Annotated

import typer

from drift import scan
from drift.scan import Manner
from drift.selection import select_devices
from trimtab.console import ORIGIN, Json, acting_person, command_runtime, show
from trimtab.progress import bar

app = typer.Typer()

COLUMNS = {
    "hostname": lambda seen: seen.hostname,
    "outcome": lambda seen: seen.outcome,
    "detail": lambda seen: seen.detail,
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
            devices = select_devices(
                ctx, permission="device.collect", hostnames=hostnames or (), site=site
            )
        with bar("collect", len(devices)) as advance:
            manner = Manner(threads=threads or runtime.settings.collect_threads, progress=advance)
            summary = scan.collect(lambda: runtime.context(person, ORIGIN), devices, manner=manner)
    show(summary.observations, COLUMNS, as_json=as_json)
    if any(seen.outcome != "collected" for seen in summary.observations):
        raise typer.Exit(1)
