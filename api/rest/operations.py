"""Events, problems and knowledge over REST."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.shapes import OfRow
from operations import events, knowledge, problems
from operations.models import Article, Event, Problem

router = APIRouter(tags=["operations"])


class EventOut(OfRow):
    id: int
    kind: str
    title: str
    detail: str
    severity: str
    state: str
    device_id: int | None
    problem_id: int | None
    count: int
    first_at: datetime
    last_at: datetime
    closed_at: datetime | None
    closing_note: str


class ProblemOut(OfRow):
    id: int
    title: str
    description: str
    state: str
    root_cause: str
    workaround: str
    opened_at: datetime
    resolved_at: datetime | None


class ProblemIn(BaseModel):
    title: str
    description: str = ""


class KnownErrorIn(BaseModel):
    root_cause: str
    workaround: str


class ArticleOut(BaseModel):
    id: int
    title: str
    event_kind: str
    platform: str
    version: int
    body: str


class ArticleIn(BaseModel):
    title: str
    body: str
    event_kind: str = ""
    platform: str = ""


class Note(BaseModel):
    note: str


class Link(BaseModel):
    problem_id: int


def _event(row: Event) -> EventOut:
    return EventOut.of(row)


def _problem(row: Problem) -> ProblemOut:
    return ProblemOut.of(row)


def _article(row: Article) -> ArticleOut:
    newest = row.versions[-1]
    return ArticleOut(
        id=row.id, title=row.title, event_kind=row.event_kind, platform=row.platform,
        version=newest.version, body=newest.body,
    )  # fmt: skip


@router.get("/events")
def list_events(
    ctx: Ctx, limit: Limit = 50, after: After = None, state: str | None = None
) -> Page[EventOut]:
    rows = events.list_events(ctx, state=state, after=after, limit=limit)
    return page_of(rows, _event, lambda row: row.id, limit=limit)


@router.post("/events/{event_id}/acknowledgement", status_code=201)
def acknowledge(event_id: int, ctx: Ctx) -> EventOut:
    return _event(events.acknowledge(ctx, event_id))


@router.post("/events/{event_id}/closure", status_code=201)
def close(event_id: int, body: Note, ctx: Ctx) -> EventOut:
    return _event(events.close(ctx, event_id, body.note))


@router.post("/events/{event_id}/problem", status_code=201)
def link(event_id: int, body: Link, ctx: Ctx) -> EventOut:
    return _event(events.link_problem(ctx, event_id, body.problem_id))


@router.get("/problems")
def list_problems(ctx: Ctx) -> list[ProblemOut]:
    return [_problem(row) for row in problems.list_problems(ctx)]


@router.post("/problems", status_code=201)
def open_problem(body: ProblemIn, ctx: Ctx) -> ProblemOut:
    return _problem(problems.open_problem(ctx, title=body.title, description=body.description))


@router.post("/problems/{problem_id}/known-error", status_code=201)
def known_error(problem_id: int, body: KnownErrorIn, ctx: Ctx) -> ProblemOut:
    return _problem(
        problems.record_known_error(
            ctx, problem_id, root_cause=body.root_cause, workaround=body.workaround
        )
    )


@router.get("/articles")
def list_articles(ctx: Ctx) -> list[ArticleOut]:
    return [_article(row) for row in knowledge.list_articles(ctx)]


@router.post("/articles", status_code=201)
def write_article(body: ArticleIn, ctx: Ctx) -> ArticleOut:
    return _article(
        knowledge.write_article(
            ctx, title=body.title, body=body.body, event_kind=body.event_kind,
            platform=body.platform,
        )
    )  # fmt: skip
