"""`trimtab credential`: logins by reference. Never shows a secret."""

from typing import Annotated

import typer

from core.secrets import write_secret
from inventory import credentials
from organization import units
from trimtab.console import Json, command_context, show, show_one, tell

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "name": lambda row: row.name,
    "username": lambda row: row.username,
    "password": lambda row: row.password_ref,
    "enable": lambda row: row.enable_ref,
    "key": lambda row: row.key_ref,
}

PLACES = "env:NAME, file:PATH, db:NAME or vault:PATH#KEY."


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    *,
    username: Annotated[str, typer.Option(help="The account on the devices.")],
    unit: Annotated[str, typer.Option(help="Code of the unit it belongs to.")],
    password_ref: Annotated[str | None, typer.Option(help=f"The password: {PLACES}")] = None,
    enable_ref: Annotated[str | None, typer.Option(help=f"The enable secret: {PLACES}")] = None,
    key_ref: Annotated[str | None, typer.Option(help=f"The private key: {PLACES}")] = None,
    as_json: Json = False,
) -> None:
    """Add a login; its secrets are given by reference."""
    with command_context() as ctx:
        credential = credentials.create_credential(
            ctx, name=name, username=username, unit=units.by_code(ctx, unit),
            password_ref=password_ref, enable_ref=enable_ref, key_ref=key_ref,
        )  # fmt: skip
        show_one(credential, COLUMNS, as_json=as_json)


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """The logins you may use."""
    with command_context() as ctx:
        show(credentials.list_credentials(ctx), COLUMNS, as_json=as_json)


@app.command("secret")
def secret(
    name: Annotated[str, typer.Argument(help="What to call it; the reference is db:NAME.")],
    *,
    value: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="The secret."),
    ],
    as_json: Json = False,
) -> None:
    """Keep a secret in the database, encrypted with a key outside it."""
    with command_context() as ctx:
        reference = write_secret(ctx, name, value)
    tell(reference, {"reference": reference}, as_json=as_json)
