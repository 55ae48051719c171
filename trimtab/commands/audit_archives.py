"""`trimtab audit archive`, `restore`, `archives`: old records in signed files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.evidence.archives import archiving
from core.evidence.archives.restoring import restore as restored
from core.evidence.archives.shelf import archives_in_force
from core.sight import AUDIT
from trimtab.console import Json, command_context, show, show_one

Reason = Annotated[str, typer.Option(help="Why; auditors read it.")]
Until = Annotated[
    datetime,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="What was sealed before this time, in UTC."
    ),
]

COLUMNS = {
    "file": lambda one: one.file,
    "first": lambda one: one.first,
    "size": lambda one: one.size,
    "until": lambda one: one.until,
    "archived_at": lambda one: one.archived_at,
    "sha256": lambda one: one.sha256.hex(),
}


def archive(
    *, until: Until,
    file: Annotated[
        Path | None, typer.Option(help="A new file; default: one in the archives' folder.")
    ] = None,
    reason: Reason = "", as_json: Json = False,
) -> None:  # fmt: skip
    """Write old records to a signed file, read it back, then remove them from the database."""
    with command_context() as ctx:
        made = archiving.archive(ctx, until=until.replace(tzinfo=UTC), file=file, reason=reason)
    show_one(made, COLUMNS, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="The archive, or its name in the folder.")],
    *, reason: Reason = "", as_json: Json = False,
) -> None:  # fmt: skip
    """Bring an archive's records back into the database, each verified; also to look things up."""
    with command_context() as ctx:
        found = restored(ctx, file, reason=reason)
    show_one(found, COLUMNS, as_json=as_json)


def list_archives(*, as_json: Json = False) -> None:
    """The archives whose records are not in the database."""
    with command_context() as ctx:
        ctx.require(AUDIT)
        show(archives_in_force(ctx.session), COLUMNS, as_json=as_json)
