"""Posts: what a function in a unit may do, and who holds it. Holdings end, they are not erased."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from core.context import Context
from core.errors import Conflict, InvalidInput
from organization.models import Person, Post, PostHolding, Unit
from organization.permissions import PERMISSIONS, POST_TEMPLATES


def create_post(
    ctx: Context, *, unit: Unit, title: str, permissions: Iterable[str] = (), duties: str = "",
    template: str | None = None,
) -> Post:  # fmt: skip
    """Add a post to a unit, with the template's permissions and those named.

    Needs `organization.write` there; unknown permissions and templates are refused.
    """
    ctx.require("organization.write", unit)
    if template is not None and template not in POST_TEMPLATES:
        known = ", ".join(POST_TEMPLATES)
        raise InvalidInput(f"No template {template!r}; there are {known}.", field="template")
    asked = sorted({*POST_TEMPLATES.get(template or "", ()), *permissions})
    if not asked:
        raise InvalidInput("A post needs permissions: name a template, or permissions.")
    unknown = [name for name in asked if name not in PERMISSIONS]
    if unknown:
        known = ", ".join(sorted(PERMISSIONS))
        raise InvalidInput(f"No such permission: {', '.join(unknown)}; there are: {known}.")
    if not title.strip():
        raise InvalidInput("A post needs a title.")
    if ctx.session.scalar(select(Post.id).where(Post.unit_id == unit.id, Post.title == title)):
        raise Conflict(f"{unit.code} has a post {title} already.")
    post = ctx.add(
        Post(unit_id=unit.id, title=title, duties=duties, permissions=asked, template=template)
    )
    ctx.record("post.created", post, unit=unit.code, permissions=asked, template=template)
    return post


def follow_templates(ctx: Context) -> Mapping[Post, Sequence[str]]:
    """Give posts what their templates allow since they were made; which post got what.

    Takes nothing away. Needs `organization.write` on each post that gets something.
    """
    got: dict[Post, Sequence[str]] = {}
    made = select(Post).where(Post.template.in_(POST_TEMPLATES)).order_by(Post.id)
    for post in ctx.session.scalars(made.with_for_update()).all():
        new = sorted(set(POST_TEMPLATES[str(post.template)]) - set(post.permissions))
        if new:
            ctx.require("organization.write", post)
            post.permissions = sorted({*post.permissions, *new})
            ctx.record(
                "post.extended", post, unit=post.unit.code, template=post.template, permissions=new
            )
            got[post] = new
    return got


def assign(
    ctx: Context, *, post: Post, person: Person, since: datetime | None = None,
    until: datetime | None = None,
) -> PostHolding:  # fmt: skip
    """Give a person a post from now or `since` on, for good or `until` a time.

    Nobody assigns a post to themselves, no post to who is deactivated or holds it already.
    """
    ctx.require("organization.write", post)
    since = since or ctx.now()
    if ctx.person.person_id == person.id:
        raise Conflict(f"{person.username} cannot assign a post to themselves; ask a colleague.")
    if not person.active:
        raise Conflict(f"{person.username} is deactivated and can hold no post.")
    if until is not None and until <= max(since, ctx.now()):
        raise InvalidInput("A post is held until a time that is yet to come, after it began.")
    if _live(ctx, post, person) is not None:
        raise Conflict(f"{person.username} holds the post {post.title} already; release it first.")
    holding = ctx.add(PostHolding(person_id=person.id, post_id=post.id, since=since, until=until))
    ctx.record(
        "post.assigned", post, person=ctx.identified(person.id), unit=post.unit.code,
        since=since.isoformat(), until=until.isoformat() if until else None,
    )  # fmt: skip
    return holding


def release(ctx: Context, *, post: Post, person: Person) -> None:
    """End a person's holding of a post now, or before it begins."""
    ctx.require("organization.write", post)
    holding = _live(ctx, post, person)
    if holding is None:
        raise InvalidInput(f"{person.username} does not hold the post {post.title}.")
    holding.until = max(ctx.now(), holding.since)
    ctx.record("post.released", post, person=ctx.identified(person.id), unit=post.unit.code)


def _live(ctx: Context, post: Post, person: Person) -> PostHolding | None:
    """The person's holding of a post that has not ended yet."""
    return ctx.session.scalar(
        select(PostHolding).where(
            PostHolding.post_id == post.id, PostHolding.person_id == person.id,
            (PostHolding.until.is_(None))
            | ((PostHolding.until > ctx.now()) & (PostHolding.until > PostHolding.since)),
        )
    )  # fmt: skip


def list_posts(ctx: Context) -> list[Post]:
    seen = ctx.units("organization.read")
    return list(ctx.session.scalars(select(Post).where(Post.unit_id.in_(seen)).order_by(Post.id)))


def holders(ctx: Context, post: Post) -> list[Person]:
    """Who holds a post now."""
    return list(
        ctx.session.scalars(
            select(Person)
            .join(PostHolding, PostHolding.person_id == Person.id)
            .where(
                PostHolding.post_id == post.id,
                Person.active,
                PostHolding.since <= ctx.now(),
                (PostHolding.until.is_(None)) | (PostHolding.until > ctx.now()),
            )
            .order_by(Person.username)
        )
    )
