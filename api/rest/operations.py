"""Events and problems over REST."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter

from api.access import Ctx
from api.pages import After, Limit, Page, page_of, page_within
from api.rest.knowledge import ArticleOut, article_out
from api.shapes import Body, Key, Note, Number, OfRow, Text
from operations import events, knowledge, problems
from operations.models import Event, Problem
from organization.people import by_username
from organization.units import by_code

router = APIRouter(tags=["operations"])


class EventOut(OfRow):
    id: int
    fingerprint: str
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
    assigned_to_id: int | None
    acknowledged_by_id: int | None
    closed_at: datetime | None
    closing_note: str


class ProblemOut(OfRow):
    id: int
    title: str
    description: str
    state: str
    root_cause: str
    workaround: str
    unit_id: int | None
    opened_at: datetime
    resolved_at: datetime | None


class ProblemIn(Body):
    title: Text
    description: Text = ""
    unit_code: Text | None = None


class KnownErrorIn(Body):
    root_cause: Text
    workaround: Text


class ProblemLink(Body):
    problem_id: Number


class ArticleLink(Body):
    article_id: Number


class Assignment(Body):
    username: Text


def _event(row: Event) -> EventOut:
    return EventOut.of(row)


def _problem(row: Problem) -> ProblemOut:
    return ProblemOut.of(row)


@router.get("/events")
def list_events(
    ctx: Ctx, limit: Limit = 50, after: After = None,
    state: Literal["open", "acknowledged", "closed"] | None = None,
) -> Page[EventOut]:  # fmt: skip
    rows = events.list_events(ctx, state=state, after=after, limit=limit)
    return page_of(rows, _event, lambda row: row.id, limit=limit)


@router.get("/events/{event_id}")
def get_event(event_id: Key, ctx: Ctx) -> EventOut:
    return _event(events.get_event(ctx, event_id))


@router.post("/events/{event_id}/acknowledgement", status_code=201)
def acknowledge(event_id: Key, ctx: Ctx) -> EventOut:
    return _event(events.acknowledge(ctx, event_id))


@router.post("/events/{event_id}/assignment", status_code=201)
def assign(event_id: Key, body: Assignment, ctx: Ctx) -> EventOut:
    return _event(events.assign(ctx, event_id, by_username(ctx, body.username)))


@router.post("/events/{event_id}/closure", status_code=201)
def close(event_id: Key, body: Note, ctx: Ctx) -> EventOut:
    return _event(events.close(ctx, event_id, body.note))


@router.post("/events/{event_id}/problem", status_code=201)
def link_problem(event_id: Key, body: ProblemLink, ctx: Ctx) -> EventOut:
    return _event(events.link_problem(ctx, event_id, body.problem_id))


@router.get("/events/{event_id}/articles")
def offered_articles(event_id: Key, ctx: Ctx) -> list[ArticleOut]:
    """Knowledge that may help with this event, the closest first."""
    event = events.get_event(ctx, event_id)
    return [article_out(row) for row in knowledge.offered_for(ctx, event)]


@router.post("/events/{event_id}/articles", status_code=204)
def link_article(event_id: Key, body: ArticleLink, ctx: Ctx) -> None:
    """Note that an article helped with this event."""
    knowledge.link(ctx, body.article_id, event_id)


@router.get("/problems")
def list_problems(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[ProblemOut]:
    rows = problems.list_problems(ctx, after=after, limit=limit)
    return page_of(rows, _problem, lambda row: row.id, limit=limit)


@router.post("/problems", status_code=201)
def open_problem(body: ProblemIn, ctx: Ctx) -> ProblemOut:
    unit = by_code(ctx, body.unit_code) if body.unit_code else None
    return _problem(
        problems.open_problem(ctx, title=body.title, description=body.description, unit=unit)
    )


@router.get("/problems/{problem_id}")
def get_problem(problem_id: Key, ctx: Ctx) -> ProblemOut:
    return _problem(problems.get_problem(ctx, problem_id))


@router.get("/problems/{problem_id}/events")
def events_of_problem(
    problem_id: Key, ctx: Ctx, limit: Limit = 50, after: After = None
) -> Page[EventOut]:
    rows = problems.events_of(ctx, problems.get_problem(ctx, problem_id))
    return page_within(rows, _event, lambda row: row.id, after=after, limit=limit)


@router.post("/problems/{problem_id}/known-error", status_code=201)
def known_error(problem_id: Key, body: KnownErrorIn, ctx: Ctx) -> ProblemOut:
    return _problem(
        problems.record_known_error(
            ctx, problem_id, root_cause=body.root_cause, workaround=body.workaround
        )
    )


@router.post("/problems/{problem_id}/resolution", status_code=201)
def resolve(problem_id: Key, ctx: Ctx) -> ProblemOut:
    return _problem(problems.resolve(ctx, problem_id))
