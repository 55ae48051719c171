"""Knowledge articles in Markdown, with versions, offered where an event matches."""

from markdown_it import MarkdownIt
from sqlalchemy import case, select

from core.context import Context
from core.errors import InvalidInput
from operations.models import Article, ArticleVersion, Event, EventArticle, Problem

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def write_article(
    ctx: Context, *, title: str, body: str, event_kind: str = "", platform: str = "",
    fingerprint: str = "", problem: Problem | None = None,
) -> Article:  # fmt: skip
    """Write an article and say where it is to be offered. Needs `knowledge.write`."""
    ctx.require("knowledge.write")
    if not title.strip() or not body.strip():
        raise InvalidInput("An article needs a title and a text.")
    article = ctx.add(
        Article(
            title=title, event_kind=event_kind, platform=platform, fingerprint=fingerprint,
            problem_id=problem.id if problem else None,
        )
    )  # fmt: skip
    _version(ctx, article, number=1, body=body)
    ctx.record("article.written", article, version=1)
    return article


def revise(ctx: Context, article_id: int, *, body: str) -> Article:
    """Add the next version; earlier ones stay."""
    ctx.require("knowledge.write")
    article = ctx.get_locked(Article, article_id)
    if not body.strip():
        raise InvalidInput("An article needs a text.")
    number = article.versions[-1].version + 1
    _version(ctx, article, number=number, body=body)
    ctx.session.refresh(article, ["versions"])
    ctx.record("article.revised", article, version=number)
    return article


def list_articles(ctx: Context) -> list[Article]:
    ctx.require("knowledge.read")
    return list(ctx.session.scalars(select(Article).order_by(Article.title, Article.id)))


def get_article(ctx: Context, article_id: int) -> Article:
    """The article, or NotFound. Needs `knowledge.read`."""
    ctx.require("knowledge.read")
    return ctx.get(Article, article_id)


def offered_for(ctx: Context, event: Event) -> list[Article]:
    """Articles for exactly this fingerprint or its problem first, then for kind and platform."""
    ctx.require("knowledge.read")
    platform = event.device.platform if event.device else ""
    exact = (Article.fingerprint == event.fingerprint) & (Article.fingerprint != "")
    if event.problem_id is not None:
        exact |= Article.problem_id == event.problem_id
    alike = (
        (Article.fingerprint == "") & (Article.event_kind == event.kind)
        & Article.platform.in_(["", platform])
    )  # fmt: skip
    query = select(Article).where(exact | alike).order_by(case((exact, 0), else_=1), Article.id)
    return list(ctx.session.scalars(query))


def link(ctx: Context, article_id: int, event_id: int) -> None:
    """Note that an article helped with an event."""
    article, event = ctx.get(Article, article_id), ctx.get(Event, event_id)
    ctx.require("event.write", event)
    ctx.session.merge(EventArticle(event_id=event.id, article_id=article.id))
    ctx.record("article.linked", article, event=event.id)


def link_problem(ctx: Context, article_id: int, problem_id: int) -> Article:
    """Note that an article is about a problem; it is offered for that problem's events."""
    article, problem = ctx.get_locked(Article, article_id), ctx.get(Problem, problem_id)
    ctx.require("knowledge.write")
    ctx.require("problem.write", problem)
    article.problem_id = problem.id
    ctx.record("article.linked", article, problem=problem.id)
    return article


def about(ctx: Context, problem: Problem) -> list[Article]:
    """The articles about a problem."""
    ctx.require("knowledge.read")
    query = select(Article).where(Article.problem_id == problem.id).order_by(Article.id)
    return list(ctx.session.scalars(query))


def linked_to(ctx: Context, event: Event) -> list[Article]:
    ctx.require("knowledge.read")
    query = (
        select(Article).join(EventArticle, EventArticle.article_id == Article.id)
        .where(EventArticle.event_id == event.id).order_by(Article.id)
    )  # fmt: skip
    return list(ctx.session.scalars(query))


def html_of(body: str) -> str:
    """Markdown as HTML; raw HTML in it is shown as text, never passed on."""
    return str(_markdown.render(body))


def _version(ctx: Context, article: Article, *, number: int, body: str) -> None:
    ctx.add(
        ArticleVersion(
            article_id=article.id, version=number, body=body, written_by_id=ctx.person.person_id,
            written_at=ctx.now(),
        )
    )  # fmt: skip
