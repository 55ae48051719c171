"""Units, posts and who holds them over REST."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from api.access import Ctx
from api.pages import After, Limit, Page, page_within
from api.shapes import Body, Key, OfRow, Text
from core.context import Context
from organization import people, posts, units
from organization.models import Person, Post, Unit

router = APIRouter(tags=["organization"])


class UnitOut(OfRow):
    id: int
    code: str
    name: str
    parent_id: int | None


class UnitIn(Body):
    code: Text
    name: Text
    parent_code: Text | None = None


class PostOut(OfRow):
    id: int
    unit_id: int
    title: str
    duties: str
    permissions: list[str]
    template: str | None


class PostIn(Body):
    unit_code: Text
    title: Text
    permissions: list[Text] = Field(default=[], max_length=200)
    duties: Text = ""
    template: Text | None = None


class HolderOut(OfRow):
    id: int
    username: str
    name: str


class HoldingOut(OfRow):
    post_id: int
    person_id: int
    since: datetime
    until: datetime | None


class HoldingIn(Body):
    username: Text
    until: AwareDatetime | None = None


class Release(Body):
    username: Text


def _unit(row: Unit) -> UnitOut:
    return UnitOut.of(row)


def _post(row: Post) -> PostOut:
    return PostOut.of(row)


def _holder(row: Person) -> HolderOut:
    return HolderOut.of(row)


@router.get("/units")
def list_units(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[UnitOut]:
    rows = units.list_units(ctx)
    return page_within(rows, _unit, lambda row: row.id, after=after, limit=limit)


@router.post("/units", status_code=201)
def create_unit(body: UnitIn, ctx: Ctx) -> UnitOut:
    return _unit(
        units.create_unit(ctx, code=body.code, name=body.name, parent_code=body.parent_code)
    )


@router.get("/posts")
def list_posts(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[PostOut]:
    rows = posts.list_posts(ctx)
    return page_within(rows, _post, lambda row: row.id, after=after, limit=limit)


@router.post("/posts", status_code=201)
def create_post(body: PostIn, ctx: Ctx) -> PostOut:
    """Add a post with permissions, or from a template: that one also gets what comes to it."""
    return _post(
        posts.create_post(
            ctx, unit=units.by_code(ctx, body.unit_code), title=body.title,
            permissions=body.permissions, duties=body.duties, template=body.template,
        )
    )  # fmt: skip


@router.get("/posts/{post_id}/holders")
def list_holders(post_id: Key, ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[HolderOut]:
    """Who holds the post now."""
    post = _readable(ctx, post_id)
    rows = posts.holders(ctx, post)
    return page_within(rows, _holder, lambda row: row.id, after=after, limit=limit)


@router.post("/posts/{post_id}/holdings", status_code=201)
def assign(post_id: Key, body: HoldingIn, ctx: Ctx) -> HoldingOut:
    """Give a person the post from now on; nobody assigns one to themselves."""
    post = _readable(ctx, post_id)
    person = people.by_username(ctx, body.username)
    return HoldingOut.of(posts.assign(ctx, post=post, person=person, until=body.until))


@router.post("/posts/{post_id}/release", status_code=204)
def release(post_id: Key, body: Release, ctx: Ctx) -> None:
    """End a person's holding of the post."""
    post = _readable(ctx, post_id)
    posts.release(ctx, post=post, person=people.by_username(ctx, body.username))


def _readable(ctx: Context, post_id: int) -> Post:
    post = ctx.get(Post, post_id)
    ctx.require("organization.read", post)
    return post
