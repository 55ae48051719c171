"""Policies and organization."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.access import PageVisit
from api.web.render import page
from organization import people, policies, posts, units

router = APIRouter(include_in_schema=False)


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
