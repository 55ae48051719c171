"""`trimtab post`: what functions in a unit may do, and who holds them."""

from typing import Annotated

import typer
from sqlalchemy import select

from core.context import Context
from core.errors import NotFound
from organization import posts, units
from organization.models import Post
from organization.people import by_username
from organization.permissions import POST_TEMPLATES
from trimtab.console import Json, command_context, show, show_one

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "id": lambda row: row.id,
    "title": lambda row: row.title,
    "unit": lambda row: row.unit.code,
    "template": lambda row: row.template,
    "permissions": lambda row: row.permissions,
}

Key = Annotated[int, typer.Argument(help="The post's id.")]
Username = Annotated[str, typer.Argument(help="The person's sign-in name.")]


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """Posts with their holders."""
    with command_context() as ctx:
        held = {
            post.id: [person.username for person in posts.holders(ctx, post)]
            for post in posts.list_posts(ctx)
        }
        show(posts.list_posts(ctx), COLUMNS | {"held_by": lambda row: held[row.id]},
             as_json=as_json)  # fmt: skip


@app.command()
def add(
    title: Annotated[str, typer.Argument(help="What the post is called.")],
    *, unit: Annotated[str, typer.Option(help="Code of its unit.")] = "root",
    template: Annotated[str, typer.Option(help=f"One of {', '.join(POST_TEMPLATES)}.")] = "",
    permission: Annotated[
        list[str] | None, typer.Option(help="Such as device.read; again for more.")
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Add a post, from a template or with permissions one by one.

    One from a template gets what the template allows after an upgrade, too.
    """
    with command_context() as ctx:
        row = posts.create_post(
            ctx, unit=units.by_code(ctx, unit), title=title, permissions=permission or (),
            template=template or None,
        )  # fmt: skip
        show_one(row, COLUMNS, as_json=as_json)


@app.command()
def assign(post: Key, username: Username, *, as_json: Json = False) -> None:
    """Give a person a post."""
    with command_context() as ctx:
        row = _post(ctx, post)
        posts.assign(ctx, post=row, person=by_username(ctx, username))
        show_one(row, COLUMNS, as_json=as_json)


@app.command()
def release(post: Key, username: Username, *, as_json: Json = False) -> None:
    """End a person's holding of a post."""
    with command_context() as ctx:
        row = _post(ctx, post)
        posts.release(ctx, post=row, person=by_username(ctx, username))
        show_one(row, COLUMNS, as_json=as_json)


def _post(ctx: Context, post: int) -> Post:
    row = ctx.session.scalar(select(Post).where(Post.id == post))
    if row is None:
        raise NotFound(f"There is no post {post}; `trimtab post list` shows them.")
    return row
