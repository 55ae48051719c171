"""`trimtab token`: bearer tokens for REST."""

from typing import Annotated

import typer

from core.context import Context
from organization import people, tokens
from organization.models import Person
from organization.tokens import Use
from trimtab.console import Json, command_context, out, print_json, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "person": lambda row: row.person.username,
    "expires_at": lambda row: row.expires_at,
    "revoked_at": lambda row: row.revoked_at,
}
Whose = Annotated[str | None, typer.Option(help="A person; default: you.")]


@app.command("list")
def list_all(*, user: Whose = None, as_json: Json = False) -> None:
    """Tokens; their values are not kept."""
    with command_context() as ctx:
        show(tokens.list_tokens(ctx, _person(ctx, user)), COLUMNS, as_json=as_json)


@app.command()
def issue(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    *,
    user: Whose = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until it ends.")] = 90,
    use: Annotated[Use, typer.Option(help="`hook`: for webhooks and nothing else.")] = "person",
    as_json: Json = False,
) -> None:
    """Make a token; it is shown this once."""
    with command_context() as ctx:
        whose = _person(ctx, user)
        row, token = tokens.issue(ctx, person=whose, name=name, days=days, use=use)
    if as_json:
        print_json({"id": row.id, "token": token})
    else:
        out.print(token, soft_wrap=True)


@app.command()
def revoke(token: Annotated[int, typer.Argument(help="Its id.")], *, as_json: Json = False) -> None:
    """End a token."""
    with command_context() as ctx:
        show_one(tokens.revoke(ctx, token), COLUMNS, as_json=as_json)


def _person(ctx: Context, username: str | None) -> Person:
    if username is not None:
        return people.by_username(ctx, username)
    return ctx.get(Person, ctx.person.person_id or 0)
