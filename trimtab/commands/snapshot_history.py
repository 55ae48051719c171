"""`trimtab snapshot blame`, `search`, `export`, `verify`: the history of configurations."""

from pathlib import Path
from typing import Annotated

import typer

from changes.causes import causes
from core.audit import Fact
from core.counting import counted
from inventory import devices
from inventory.store import git_export, history, search, verifying
from inventory.store.history import BlamedLine
from inventory.store.search import Hit, Where
from trimtab.console import Json, command_context, out, plain, print_json, safe, show, tell

app = typer.Typer(no_args_is_help=True)


def _change(row: BlamedLine) -> str | None:
    mark = "or before" if row.at_latest else None
    return f"C{row.cause.change_id} {row.cause.title}" if row.cause else mark


LINE = {
    "since": lambda row: row.since,
    "snapshot": lambda row: row.snapshot_id,
    "change": _change,
    "number": lambda row: row.number,
    "line": lambda row: row.text,
}
LINE_JSON = LINE | {
    "section": lambda row: row.section,
    "at_latest": lambda row: row.at_latest,
    "requested_by": lambda row: row.cause.requested_by.name if row.cause else None,
    "approved_by": lambda row: [one.name for one in row.cause.approved_by] if row.cause else [],
}
ENDED = {
    "all": "all of them were searched",
    "hits": "there are more; ask for more with --limit, or narrow the search",
    "time": "the time was up before all were searched; narrow the search",
}


@app.command()
def blame(
    hostname: Annotated[str, typer.Argument(help="The device's name.")],
    *,
    line: Annotated[str | None, typer.Option(help="Only lines that say exactly this.")] = None,
    section: Annotated[
        str | None, typer.Option(help="Only the section that begins so, with what is below.")
    ] = None,
    snapshot: Annotated[
        int | None, typer.Option(help="As this snapshot of it showed it; without: the last one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Since when each line of the running configuration stands there, and by which change."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        found = history.blame(
            ctx, device.id, line=line, section=section, snapshot_id=snapshot, causes=causes
        )
    show(found, LINE_JSON if as_json else LINE, as_json=as_json)


@app.command("search")
def search_all(
    pattern: Annotated[str, typer.Argument(help="What to look for, within one line.")],
    *,
    regex: Annotated[
        bool, typer.Option("--regex", help="The pattern is a regular expression (RE2).")
    ] = False,
    platform: Annotated[str | None, typer.Option(help="Only devices of this platform.")] = None,
    site: Annotated[str | None, typer.Option(help="Only devices of this site.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Only devices of this unit and of those below it.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=search.MOST, help="At most so many.")] = 200,
    as_json: Json = False,
) -> None:
    """Search all current configurations; exit 1 when nothing is found."""
    with command_context() as ctx:
        found = search.search(
            ctx, pattern, how="regex" if regex else "literal", limit=limit,
            where=Where(platform=platform, site=site, unit=unit),
        )  # fmt: skip
    if as_json:
        print_json(
            {"searched": found.searched, "ended": found.ended, "hits": list(map(_hit, found.hits))}
        )
    else:
        for hit in found.hits:
            above = "".join(f"{safe(one)} / " for one in hit.place.section)
            where = f"{safe(hit.hostname)}:{hit.place.number}:"
            out.print(f"[bold]{where}[/bold] [dim]{above}[/dim]{safe(hit.place.line.strip())}",
                      soft_wrap=True)  # fmt: skip
        where = counted(found.searched, "configuration")
        told = f"{counted(len(found.hits), 'line')} in {where}: {ENDED[found.ended]}."
        out.print(f"[dim]{told}[/dim]", soft_wrap=True)
    if not found.hits:
        raise typer.Exit(1)


@app.command()
def export(
    *,
    git: Annotated[
        Path, typer.Option(help="Folder of a bare git repository: new, or of an earlier export.")
    ],
    as_json: Json = False,
) -> None:
    """Write the whole history as a git repository, a commit a change; only what is new."""
    with command_context() as ctx:
        done = git_export.export(ctx, git, causes=causes)
    tell(
        f"{done.commits} commits are new in {git}, {done.skipped} snapshots have no text any more, "
        f"{done.waiting} are younger than a minute and wait for the next export. "
        f"Look with `git -C {git} log -p`.",
        {
            "commits": done.commits,
            "skipped": done.skipped,
            "waiting": done.waiting,
            "last": done.last,
            "head": done.head,
        },
        as_json=as_json,
    )


@app.command()
def verify(*, as_json: Json = False) -> None:
    """Read every text that is kept and compare it with its SHA-256; exit 1 when one differs."""
    with command_context() as ctx:
        found = verifying.verify(ctx)
    tell(
        f"{found.texts} texts were read, {len(found.broken)} are not what was kept."
        + "".join(f"\n{one}" for one in found.broken),
        {"texts": found.texts, "broken": found.broken},
        as_json=as_json,
    )
    if found.broken:
        raise typer.Exit(1)


def _hit(hit: Hit) -> Fact:
    return {
        "device_id": hit.device_id, "device": hit.hostname, "site": hit.site,
        "platform": hit.platform, "snapshot_id": hit.snapshot_id, "number": hit.place.number,
        "line": hit.place.line, "section": plain(hit.place.section),
    }  # fmt: skip
