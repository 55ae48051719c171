"""Audit, policies and organization."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.access import PageVisit
from api.web.render import page
from core.records import list_records, verify
from organization import people, policies, posts, units

router = APIRouter(include_in_schema=False)
LIMIT = 100


@router.get("/audit")
def audit(visit: PageVisit, actor: str = "", action: str = "", after: int = 0) -> Response:
    found = list_records(
        visit.ctx, before=after or None, limit=LIMIT, actor=actor or None, action=action or None
    )
    more = found[-1].id if len(found) == LIMIT else 0
    return page("audit.html", visit, records=found, actor=actor, action=action, more=more)


@router.get("/audit/verification")
def verification(visit: PageVisit) -> Response:
    told = verify(visit.ctx)
    return page("verification.html", visit, told=told)


@router.get("/policies")
def list_policies(visit: PageVisit) -> Response:
    return page("policies.html", visit, versions=policies.current(visit.ctx))


@router.get("/organization")
def organization(visit: PageVisit) -> Response:
    ctx = visit.ctx
    held = [(post, posts.holders(ctx, post)) for post in posts.list_posts(ctx)]
    return page(
        "organization.html", visit, units=units.list_units(ctx), held=held,
        people=people.list_people(ctx),
    )  # fmt: skip
