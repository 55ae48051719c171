"""`trimtab sign-in`: exchange name and password for a token kept on this machine."""

from typing import Annotated

import typer

from core.counting import counted
from organization.people import actor_of, authenticate
from organization.tokens import issue
from trimtab.console import NOBODY, ORIGIN, Json, command_runtime, keep_token, tell

app = typer.Typer()


@app.command()
def sign_in(
    username: Annotated[str, typer.Argument(help="The person's sign-in name.")],
    *,
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            envvar="TRIMTAB_PASSWORD",
            help="Asked for when not given.",
        ),
    ],
    days: Annotated[int, typer.Option(min=1, max=365, help="Days until it ends.")] = 30,
    as_json: Json = False,
) -> None:
    """Sign this operating-system user in as a person of the organization."""
    with command_runtime() as runtime:
        with runtime.context(NOBODY, ORIGIN) as ctx:
            person = authenticate(ctx, username, password)
        with runtime.context(actor_of(person), ORIGIN) as ctx:
            _, token = issue(ctx, person=person, name="command line", days=days)
            file = keep_token(token)
    tell(
        f"Signed in as {username} for {counted(days, 'day')} ({file}).",
        {"username": username, "days": days, "file": str(file)}, as_json=as_json,
    )  # fmt: skip
