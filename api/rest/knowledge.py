"""Knowledge articles and their versions over REST."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.access import Ctx
from api.pages import After, Limit, Page, page_within
from api.shapes import Body, Key, LongText, Number, OfRow, Text
from operations import knowledge
from operations.models import Article, Problem

router = APIRouter(tags=["knowledge"])


class ArticleOut(BaseModel):
    """An article with its newest version, Markdown."""

    id: int
    title: str
    event_kind: str
    platform: str
    fingerprint: str
    problem_id: int | None
    version: int
    body: str


class VersionOut(OfRow):
    version: int
    body: str
    written_by_id: int | None
    written_at: datetime


class ArticleIn(Body):
    title: Text
    body: LongText
    event_kind: Text = ""
    platform: Text = ""
    fingerprint: Text = ""
    problem_id: Number | None = None


class RevisionIn(Body):
    body: LongText


def article_out(row: Article) -> ArticleOut:
    newest = row.versions[-1]
    return ArticleOut(
        id=row.id, title=row.title, event_kind=row.event_kind, platform=row.platform,
        fingerprint=row.fingerprint, problem_id=row.problem_id, version=newest.version,
        body=newest.body,
    )  # fmt: skip


@router.get("/articles")
def list_articles(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[ArticleOut]:
    rows = knowledge.list_articles(ctx)
    return page_within(rows, article_out, lambda row: row.id, after=after, limit=limit)


@router.post("/articles", status_code=201)
def write_article(body: ArticleIn, ctx: Ctx) -> ArticleOut:
    return article_out(
        knowledge.write_article(
            ctx, title=body.title, body=body.body, event_kind=body.event_kind,
            platform=body.platform, fingerprint=body.fingerprint,
            problem=ctx.get(Problem, body.problem_id) if body.problem_id else None,
        )
    )  # fmt: skip


@router.get("/articles/{article_id}")
def get_article(article_id: Key, ctx: Ctx) -> ArticleOut:
    return article_out(knowledge.get_article(ctx, article_id))


@router.put("/articles/{article_id}/problem/{problem_id}")
def link_problem(article_id: Key, problem_id: Key, ctx: Ctx) -> ArticleOut:
    """The article is about this problem, and offered for its events."""
    return article_out(knowledge.link_problem(ctx, article_id, problem_id))


@router.get("/articles/{article_id}/versions")
def list_versions(article_id: Key, ctx: Ctx) -> list[VersionOut]:
    return [VersionOut.of(one) for one in knowledge.get_article(ctx, article_id).versions]


@router.post("/articles/{article_id}/versions", status_code=201)
def revise(article_id: Key, body: RevisionIn, ctx: Ctx) -> ArticleOut:
    """Add the next version; earlier ones stay."""
    return article_out(knowledge.revise(ctx, article_id, body=body.body))
