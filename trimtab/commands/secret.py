"""`trimtab secret`: the key of what is kept encrypted. Shows neither key nor secret."""

from dataclasses import asdict
from typing import Annotated

import typer

from inventory import key_rotation
from trimtab.console import Json, command_context, tell

app = typer.Typer(no_args_is_help=True)


@app.callback()
def secret() -> None:
    """The key file and what it opens."""


@app.command("rotate")
def rotate(
    *, reason: Annotated[str, typer.Option(help="Why; auditors read it.")], as_json: Json = False
) -> None:
    """Make a new key and encrypt secrets and originals again."""
    with command_context() as ctx:
        done = key_rotation.rotate(ctx, reason=reason)
        path = ctx.settings.key_path
    tell(
        f"{done.secrets} secrets and {done.originals} originals stand under the new key. Copy "
        f"{path} and redaction.key beside it to every host that runs Trimtab; move "
        f"{path.name}.previous to where backups of the database are kept.",
        asdict(done),
        as_json=as_json,
    )
