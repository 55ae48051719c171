"""`trimtab user`: persons and their access."""

from dataclasses import asdict
from typing import Annotated

import typer

from changes.erasing import erase_person
from core.counting import counted
from organization import people
from trimtab.console import Json, command_context, show, show_one, tell

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "username": lambda row: row.username,
    "name": lambda row: row.name,
    "email": lambda row: row.email,
    "active": lambda row: row.active,
    "id": lambda row: row.id,
}
Password = Annotated[
    str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True,
                      envvar="TRIMTAB_NEW_PASSWORD", help="Asked for when not given.")
]  # fmt: skip
Username = Annotated[str, typer.Argument(help="The person's sign-in name.")]


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """All persons."""
    with command_context() as ctx:
        show(people.list_people(ctx), COLUMNS, as_json=as_json)


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="The name to sign in with.")],
    name: Annotated[str, typer.Argument(help="The person's full name.")],
    *, password: Password,
    email: Annotated[str | None, typer.Option(help="Where notices go.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Add a person; posts give the permissions."""
    with command_context() as ctx:
        row = people.create_person(
            ctx, username=username, name=name, email=email, password=password
        )
        show_one(row, COLUMNS, as_json=as_json)


@app.command()
def password(username: Username, *, password: Password, as_json: Json = False) -> None:
    """Set a person's password; ends that person's web sessions."""
    with command_context() as ctx:
        people.set_password(ctx, people.by_username(ctx, username), password)
    tell(f"The password of {username} is set.", {"username": username}, as_json=as_json)


@app.command()
def deactivate(username: Username, *, as_json: Json = False) -> None:
    """End a person's access and posts."""
    with command_context() as ctx:
        person = people.by_username(ctx, username)
        people.deactivate(ctx, person)
        show_one(person, COLUMNS, as_json=as_json)


@app.command()
def erase(
    username: Username,
    *,
    reason: Annotated[str, typer.Option(help="By whose wish or rule; it stays, so name nobody.")],
    as_json: Json = False,
) -> None:
    """Erase a deactivated person's name for good; what they did stays, and its proofs."""
    with command_context() as ctx:
        told = erase_person(ctx, username, reason=reason)
    old = counted(told.old_records, "record of format 1 names", "records of format 1 name")
    old = f" {old} the person still." * bool(told.old_records)
    tell(f"{username} is called {told.name} from now on.{old}", asdict(told), as_json=as_json)
