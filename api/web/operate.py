"""Events, problems, knowledge and schedules."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import Key
from api.web.render import page
from operations import events, knowledge, problems, schedules

router = APIRouter(include_in_schema=False)
LIMIT = 50


@router.get("/events")
def list_events(visit: PageVisit, state: str = "", after: int = 0) -> Response:
    found = events.list_events(visit.ctx, state=state or None, after=after or None, limit=LIMIT)
    more = found[-1].id if len(found) == LIMIT else 0
    return page("events.html", visit, events=found, state=state, more=more)


@router.get("/events/{event_id}")
def show_event(visit: PageVisit, event_id: Key) -> Response:
    event = events.get_event(visit.ctx, event_id)
    return page(
        "event.html", visit, event=event, offered=knowledge.offered_for(visit.ctx, event),
        linked=knowledge.linked_to(visit.ctx, event),
    )  # fmt: skip


@router.post("/events/{event_id}/acknowledgement")
def acknowledge(visit: PageVisit, event_id: Key) -> Response:
    events.acknowledge(visit.ctx, event_id)
    return RedirectResponse(f"/events/{event_id}", status_code=303)


@router.post("/events/{event_id}/closure")
def close(visit: PageVisit, event_id: Key, note: Annotated[str, Form()]) -> Response:
    events.close(visit.ctx, event_id, note)
    return RedirectResponse(f"/events/{event_id}", status_code=303)


@router.get("/problems")
def list_problems(visit: PageVisit) -> Response:
    return page("problems.html", visit, problems=problems.list_problems(visit.ctx))


@router.get("/problems/{problem_id}")
def show_problem(visit: PageVisit, problem_id: Key) -> Response:
    problem = problems.get_problem(visit.ctx, problem_id)
    found = problems.events_of(visit.ctx, problem)
    return page("problem.html", visit, problem=problem, events=found)


@router.get("/knowledge")
def list_articles(visit: PageVisit) -> Response:
    return page("knowledge.html", visit, articles=knowledge.list_articles(visit.ctx))


@router.get("/knowledge/{article_id}")
def show_article(visit: PageVisit, article_id: Key) -> Response:
    return page("article.html", visit, article=knowledge.get_article(visit.ctx, article_id))


@router.get("/schedules")
def list_schedules(visit: PageVisit, after: str = "") -> Response:
    visit.ctx.require("schedule.read")
    found = schedules.list_schedules(visit.ctx, after=after or None, limit=LIMIT)
    more = found[-1].name if len(found) == LIMIT else ""
    return page("schedules.html", visit, schedules=found, more=more)


@router.post("/schedules/{schedule_id}/pause")
def pause(visit: PageVisit, schedule_id: Key) -> Response:
    schedules.pause(visit.ctx, schedule_id)
    return RedirectResponse("/schedules", status_code=303)


@router.post("/schedules/{schedule_id}/firing")
def fire(visit: PageVisit, schedule_id: Key) -> Response:
    schedules.fire_now(visit.ctx, schedule_id)
    return RedirectResponse("/schedules", status_code=303)


@router.post("/schedules/{schedule_id}/resumption")
def resume(visit: PageVisit, schedule_id: Key) -> Response:
    schedules.resume(visit.ctx, schedule_id)
    return RedirectResponse("/schedules", status_code=303)
