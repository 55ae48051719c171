"""`trimtab init`: schema, first unit, first person. Safe to call again after an upgrade."""

from typing import Annotated

import typer
from sqlalchemy import select

from core.actor import Actor
from core.evidence.keys import ensure_key
from core.runtime import open_runtime
from core.settings import load_settings
from organization.bootstrap import bootstrap
from organization.models import Person
from organization.permissions import PERMISSIONS, PostAuthority
from organization.tokens import issue
from trimtab.console import ORIGIN, Json, keep_token, tell
from trimtab.schema import upgrade

app = typer.Typer()

INSTALLER = Actor(name="installer", granted=frozenset(PERMISSIONS))


@app.command()
def init(
    *,
    unit: Annotated[
        str, typer.Option(help="Name of the organization's first unit.")
    ] = "Operations",
    username: Annotated[str, typer.Option(help="The first person's sign-in name.")] = "admin",
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            envvar="TRIMTAB_INIT_PASSWORD",
            help="The first person's password.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Set up or upgrade the database; make the first unit and its administrator when empty."""
    with open_runtime(load_settings(), PostAuthority()) as runtime:
        upgrade(runtime.engine)
        with runtime.context(INSTALLER, ORIGIN) as ctx:
            ensure_key(ctx)
            if ctx.session.scalar(select(Person.id).limit(1)) is not None:
                tell("The database is up to date; its people are as they were.",
                     {"made": False}, as_json=as_json)  # fmt: skip
                return
            person = bootstrap(ctx, unit_name=unit, username=username, password=password)
            _, token = issue(ctx, person=person, name="command line")
            file = keep_token(token)
    tell(
        f"Ready. {username} administers {unit}; the command line is signed in ({file}).\n"
        "Next: `trimtab doctor`, then `trimtab serve`.",
        {"made": True, "username": username, "unit": unit, "file": str(file)}, as_json=as_json,
    )  # fmt: skip
