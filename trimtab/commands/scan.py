"""`trimtab scan`: collect and judge devices now."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated

import typer

from changes.attribution import attribute
from drift.bulk import cores
from drift.judgements import judge_devices
from drift.observation import Observation
from drift.scan import Manner, ScanSummary, scan
from drift.selection import select_devices
from trimtab.console import (
    ORIGIN,
    Json,
    acting_person,
    command_runtime,
    out,
    plain,
    print_json,
    safe,
    show,
)
from trimtab.progress import bar

app = typer.Typer()

FINE = frozenset({"in_sync", "in_grace", "suppressed", "no_baseline"})
COLUMNS: Mapping[str, Callable[[Observation], object]] = {
    "hostname": lambda seen: seen.hostname,
    "outcome": lambda seen: seen.outcome,
    "finding": lambda seen: seen.finding_id,
    "verdict": lambda seen: seen.verdict,
    "detail": lambda seen: seen.detail,
}


@app.command("scan")
def scan_devices(
    hostnames: Annotated[list[str] | None, typer.Argument(help="Devices; none: all.")] = None,
    *,
    site: Annotated[str | None, typer.Option(help="Only the devices of this site.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, max=500, help="At a time.")] = None,
    collect: Annotated[
        bool, typer.Option(help="Collect first; without it, judge the latest snapshots anew.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Collect and judge devices; exit 1 when one drifted or could not be judged."""
    with command_runtime() as runtime:
        person = acting_person(runtime)
        with runtime.context(person, ORIGIN) as ctx:
            devices = select_devices(
                ctx, permission="drift.scan", hostnames=hostnames or (), site=site
            )
        contexts = partial(runtime.context, person, ORIGIN)
        with bar("scan" if collect else "judge", len(devices)) as advance:
            if collect:
                manner = Manner(
                    threads=threads or runtime.settings.collect_threads, progress=advance
                )
                summary = scan(contexts, devices, attribute=attribute, manner=manner)
            else:
                summary = ScanSummary(
                    observations=judge_devices(
                        contexts, devices, attribute=attribute, processes=cores(), progress=advance
                    )
                )
    _show(summary, as_json=as_json)
    if any(seen.outcome not in FINE for seen in summary.observations):
        raise typer.Exit(1)


def _show(summary: ScanSummary, *, as_json: bool) -> None:
    if as_json:
        rows = [{name: column(seen) for name, column in COLUMNS.items()}
                for seen in summary.observations]  # fmt: skip
        print_json({"outcomes": plain(summary.outcomes), "devices": plain(rows)})
        return
    told = [seen for seen in summary.observations if seen.outcome != "in_sync"]
    if told:
        show(told, COLUMNS, as_json=False)
    counts = ", ".join(f"{count} {name}" for name, count in summary.outcomes.items())
    out.print(safe(counts or "There is no active device to scan."))
