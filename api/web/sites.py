"""Sites as pages: their devices, how many are collected at a time, and whether they are cut off."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.shapes import Key
from api.web.render import page
from core.errors import InvalidInput
from drift import site_reports
from inventory import devices, sites
from inventory.models import Site
from inventory.sites import MOST_SESSIONS
from organization import units

router = APIRouter(include_in_schema=False)
LIMIT = 50
Words = Annotated[str, Form(max_length=2000)]


@router.get("/sites")
def list_sites(visit: PageVisit, after: str = "") -> Response:
    """By code; `after` is the last one already seen."""
    ctx = visit.ctx
    ctx.require("device.read")
    left = [one for one in sites.list_sites(ctx) if one.code > after]
    shown = left[:LIMIT]
    return page(
        "sites.html", visit, sites=shown, figures=site_reports.of_sites(ctx, shown),
        usual=ctx.settings.site_sessions, paging=after,
        units=[one.code for one in units.list_units(ctx) if one.id in ctx.units("device.write")],
        more=shown[-1].code if len(left) > LIMIT else "",
    )  # fmt: skip


@router.post("/sites")
def create_site(visit: PageVisit, code: Words, unit_code: Words, name: Words = "") -> Response:
    unit = units.by_code(visit.ctx, unit_code.strip())
    return _back(sites.create_site(visit.ctx, code=code, name=name, unit=unit))


@router.get("/sites/{site_id}")
def show_site(visit: PageVisit, site_id: Key) -> Response:
    ctx = visit.ctx
    site = ctx.get(Site, site_id)
    ctx.require("device.read", site)
    return page(
        "site.html", visit, site=site, figures=site_reports.of_sites(ctx, [site])[site.id],
        usual=ctx.settings.site_sessions, most=MOST_SESSIONS,
        may_write=site.unit_id in ctx.units("device.write"),
        devices=devices.list_devices(ctx, site=site.code, limit=LIMIT), limit=LIMIT,
    )  # fmt: skip


@router.post("/sites/{site_id}/session-limit")
def limit_sessions(visit: PageVisit, site_id: Key, max_sessions: Words = "") -> Response:
    return _back(sites.limit_sessions(visit.ctx, site_id, _number(max_sessions)))


@router.post("/sites/{site_id}/jump")
def set_jump(visit: PageVisit, site_id: Key, hostname: Words = "") -> Response:
    return _back(sites.set_jump(visit.ctx, site_id, hostname.strip() or None))


def _number(text: str) -> int | None:
    """Empty is none; sites.limit_sessions judges the number."""
    word = text.strip()
    if word and not (word.isascii() and word.isdigit()):
        raise InvalidInput(f"{word} is no number of sessions.", field="max_sessions")
    return int(word[:9]) if word else None


def _back(site: Site) -> Response:
    return RedirectResponse(f"/sites/{site.id}", status_code=303)
