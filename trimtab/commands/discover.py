"""`trimtab discover`: allowed ranges, searches through them, and what they found."""

from functools import partial
from typing import Annotated

import typer

from core.context import Context
from inventory import credentials, sites
from inventory.candidates import ranges, runs
from inventory.candidates.models import DiscoveryRange, DiscoveryRun
from inventory.candidates.searching import search
from organization import units
from trimtab.commands import discover_import, discover_review
from trimtab.console import (
    ORIGIN,
    Column,
    Json,
    acting_person,
    command_context,
    command_runtime,
    show,
    show_one,
)
from trimtab.progress import search_bar

app = typer.Typer(no_args_is_help=True)
app.add_typer(discover_import.app, name="import")
for name, command in discover_review.COMMANDS.items():
    app.command(name)(command)

RANGES: dict[str, Column[DiscoveryRange]] = {
    "id": lambda row: row.id,
    "range": lambda row: row.cidr,
    "unit": lambda row: row.unit.code,
    "ports": lambda row: row.ports,
    "credential": lambda row: row.credential.name if row.credential else None,
    "site": lambda row: row.site.code if row.site else None,
    "allowed_by": lambda row: row.allowed_by.username,
    "allowed_at": lambda row: row.allowed_at,
}
RUNS: dict[str, Column[DiscoveryRun]] = {
    "id": lambda row: row.id,
    "state": lambda row: row.state,
    "ranges": lambda row: row.cidrs,
    "seeds": lambda row: row.seeds,
    "depth": lambda row: row.depth,
    "looked": lambda row: row.looked,
    "total": lambda row: row.total,
    "found": lambda row: row.found,
    "identified": lambda row: row.identified,
    "requested_at": lambda row: row.requested_at,
    "ended_at": lambda row: row.ended_at,
    "problem": lambda row: row.problem,
}

Unit = Annotated[str, typer.Option(help="Code of the unit in whose jurisdiction it lies.")]
Depth = Annotated[
    int, typer.Option(min=0, max=runs.DEEPEST, help="So many steps outwards by LLDP and CDP.")
]
InUnit = Annotated[str | None, typer.Option(help="Stay in the ranges of this unit.")]


@app.command()
def allow(
    cidr: Annotated[str, typer.Argument(help="A range such as 10.1.0.0/24.")],
    *,
    unit: Unit,
    port: Annotated[list[int] | None, typer.Option(help="Port to try; again for more.")] = None,
    credential: Annotated[
        str | None, typer.Option(help="Sign in there with it; without one nobody signs in.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Site of what is adopted there.")] = None,
    as_json: Json = False,
) -> None:
    """Let a range be probed; an administrator does this."""
    with command_context() as ctx:
        allowed = ranges.allow(
            ctx, cidr, unit=units.by_code(ctx, unit), ports=port or ranges.USUAL_PORTS,
            credential=credentials.credential_by_name(ctx, credential) if credential else None,
            site=sites.site_by_code(ctx, site) if site else None,
        )  # fmt: skip
        show_one(allowed, RANGES, as_json=as_json)


@app.command("ranges")
def list_ranges(*, as_json: Json = False) -> None:
    """The ranges that may be probed."""
    with command_context() as ctx:
        show(ranges.list_ranges(ctx), RANGES, as_json=as_json)


@app.command()
def withdraw(
    cidr: Annotated[str, typer.Argument(help="The range as it was allowed.")],
    *,
    reason: discover_review.Reason,
    as_json: Json = False,
) -> None:
    """Let nobody there be contacted any more."""
    with command_context() as ctx:
        allowed = ranges.by_cidr(ctx, cidr)
        show_one(ranges.withdraw(ctx, allowed.id, reason=reason), RANGES, as_json=as_json)


@app.command("range")
def search_ranges(
    cidrs: Annotated[
        list[str] | None, typer.Argument(help="Parts of allowed ranges; none: all of them.")
    ] = None,
    *,
    depth: Depth = 0,
    unit: InUnit = None,
    as_json: Json = False,
) -> None:
    """Search allowed ranges now; what answers goes to the review list."""
    _search(cidrs=tuple(cidrs or ()), seeds=(), depth=depth, unit=unit, as_json=as_json)


@app.command()
def crawl(
    seeds: Annotated[list[str], typer.Argument(help="Devices, or addresses in allowed ranges.")],
    *,
    depth: Depth = 5,
    unit: InUnit = None,
    as_json: Json = False,
) -> None:
    """Go outwards from seeds by what LLDP and CDP tell; only allowed ranges are contacted."""
    _search(cidrs=(), seeds=tuple(seeds), depth=depth, unit=unit, as_json=as_json)


@app.command("runs")
def list_runs(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: Json = False,
) -> None:
    """Searches, the newest first."""
    with command_context() as ctx:
        show(runs.list_runs(ctx, limit=limit), RUNS, as_json=as_json)


@app.command()
def cancel(
    run: Annotated[int, typer.Argument(help="The search's id.")], *, as_json: Json = False
) -> None:
    """End a search that waits or is under way."""
    with command_context() as ctx:
        show_one(runs.cancel(ctx, run), RUNS, as_json=as_json)


def _search(
    *, cidrs: tuple[str, ...], seeds: tuple[str, ...], depth: int, unit: str | None, as_json: bool
) -> None:
    """Exit 1 when the search did not come to its end."""
    with command_runtime() as runtime:
        contexts = partial(runtime.context, acting_person(runtime), ORIGIN)
        with contexts() as ctx:
            asked = _asked(ctx, cidrs=cidrs, seeds=seeds, depth=depth, unit=unit)
        with search_bar() as tell:
            ended = search(contexts, asked, threads=runtime.settings.collect_threads, tell=tell)
    show_one(ended, RUNS, as_json=as_json)
    if ended.state != "finished":
        raise typer.Exit(1)


def _asked(
    ctx: Context, *, cidrs: tuple[str, ...], seeds: tuple[str, ...], depth: int, unit: str | None
) -> int:
    inside = units.by_code(ctx, unit) if unit else None
    return runs.request_run(ctx, cidrs=cidrs, seeds=seeds, depth=depth, unit=inside).id
