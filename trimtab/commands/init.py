"""`trimtab init`: schema, first unit, first person. Safe to call again after an upgrade."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from sqlalchemy import select

from core.actor import Actor
from core.evidence.keys import ensure_key
from core.runtime import open_runtime
from core.settings import load_settings
from organization.bootstrap import bootstrap
from organization.models import Person, Post
from organization.permissions import PERMISSIONS, PostAuthority
from organization.posts import follow_templates
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
                _tell_upgraded(follow_templates(ctx), as_json=as_json)
                return
            person = bootstrap(ctx, unit_name=unit, username=username, password=password)
            _, token = issue(ctx, person=person, name="command line")
            file = keep_token(token)
    tell(
        f"Ready. {username} administers {unit}; the command line is signed in ({file}).\n"
        "Next: `trimtab doctor`, then `trimtab serve`.",
        {"made": True, "username": username, "unit": unit, "file": str(file)}, as_json=as_json,
    )  # fmt: skip


def _tell_upgraded(extended: Mapping[Post, Sequence[str]], *, as_json: bool) -> None:
    """What the upgrade gave to posts, as their templates allow more than before."""
    told = [
        f"The post {post.title} of {post.unit.code} got what its template allows now: "
        f"{', '.join(new)}."
        for post, new in extended.items()
    ]
    posts = [{"id": post.id, "permissions": list(new)} for post, new in extended.items()]
    tell(
        "\n".join(["The database is up to date; its people are as they were.", *told]),
        {"made": False, "extended": posts}, as_json=as_json,
    )  # fmt: skip
