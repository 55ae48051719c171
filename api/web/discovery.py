"""Discovery: the review list, searches, and the ranges that may be probed."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.jobs import queue_discovery
from api.shapes import Key
from api.web.render import page
from core.errors import InvalidInput
from inventory import credentials, sites
from inventory.candidates import ranges, review, runs
from inventory.candidates.review import Adoption
from organization import units

router = APIRouter(include_in_schema=False)
LIMIT = 50
SHOWN_RUNS = 5
Words = Annotated[str, Form(max_length=2000)]


@router.get("/discovery")
def review_list(visit: PageVisit, state: str = "found", after: int = 0) -> Response:
    ctx = visit.ctx
    ctx.require("device.read")
    found = review.listing(ctx, state=state or None, after=after or None, limit=LIMIT)
    return page(
        "discovery.html", visit, candidates=found, alike=review.alike(ctx, found), state=state,
        runs=runs.list_runs(ctx, limit=SHOWN_RUNS), deepest=runs.DEEPEST,
        more=found[-1].id if len(found) == LIMIT else 0,
    )  # fmt: skip


@router.post("/discovery/runs")
def search(
    visit: PageVisit, where: Words = "", seeds: Words = "", depth: Annotated[int, Form()] = 0
) -> Response:
    """Ranges and seeds, with blanks between them."""
    run = runs.request_run(visit.ctx, cidrs=where.split(), seeds=seeds.split(), depth=depth)
    queue_discovery(visit.ctx, run)
    return RedirectResponse("/discovery", status_code=303)


@router.post("/discovery/runs/{run_id}/cancellation")
def cancel(visit: PageVisit, run_id: Key) -> Response:
    runs.cancel(visit.ctx, run_id)
    return RedirectResponse("/discovery", status_code=303)


@router.get("/discovery/candidates/{candidate_id}")
def show_candidate(visit: PageVisit, candidate_id: Key) -> Response:
    candidate = review.get(visit.ctx, candidate_id)
    return page(
        "candidate.html", visit, candidate=candidate,
        alike=review.alike(visit.ctx, [candidate])[candidate.id],
    )  # fmt: skip


@router.post("/discovery/candidates/{candidate_id}/adoption")
def adopt(
    visit: PageVisit, candidate_id: Key, hostname: Words = "", platform: Words = "",
    site: Words = "", credential: Words = "",
) -> Response:  # fmt: skip
    said = Adoption(
        hostname=hostname.strip() or None, platform=platform.strip() or None,
        site=site.strip() or None, credential=credential.strip() or None,
    )  # fmt: skip
    device = review.adopt(visit.ctx, candidate_id, said)
    return RedirectResponse(f"/devices/{device.id}", status_code=303)


@router.post("/discovery/candidates/{candidate_id}/dismissal")
def ignore(visit: PageVisit, candidate_id: Key, reason: Words) -> Response:
    review.ignore(visit.ctx, candidate_id, reason=reason)
    return _back_to(candidate_id)


@router.post("/discovery/candidates/{candidate_id}/merger")
def merge(visit: PageVisit, candidate_id: Key, hostname: Words, reason: Words) -> Response:
    review.merge(visit.ctx, candidate_id, hostname=hostname, reason=reason)
    return _back_to(candidate_id)


@router.post("/discovery/candidates/{candidate_id}/reconsideration")
def reconsider(visit: PageVisit, candidate_id: Key, reason: Words) -> Response:
    review.reconsider(visit.ctx, candidate_id, reason=reason)
    return _back_to(candidate_id)


@router.get("/discovery/ranges")
def list_ranges(visit: PageVisit) -> Response:
    visit.ctx.require("device.read")
    return page("discovery_ranges.html", visit, ranges=ranges.list_ranges(visit.ctx))


@router.post("/discovery/ranges")
def allow_range(
    visit: PageVisit, cidr: Words, unit_code: Words, ports: Words = "22", credential: Words = "",
    site: Words = "",
) -> Response:  # fmt: skip
    ctx = visit.ctx
    unit = units.by_code(ctx, unit_code)
    ctx.require("discovery.allow", unit)
    ranges.allow(
        ctx, cidr, unit=unit, ports=_ports(ports),
        credential=credentials.credential_by_name(ctx, credential) if credential else None,
        site=sites.site_by_code(ctx, site) if site else None,
    )  # fmt: skip
    return RedirectResponse("/discovery/ranges", status_code=303)


@router.post("/discovery/ranges/{range_id}/withdrawal")
def withdraw_range(visit: PageVisit, range_id: Key, reason: Words) -> Response:
    ranges.withdraw(visit.ctx, range_id, reason=reason)
    return RedirectResponse("/discovery/ranges", status_code=303)


def _ports(text: str) -> list[int]:
    words = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() for word in words):
        raise InvalidInput("Ports are numbers with blanks between them.", field="ports")
    return [int(word) for word in words]


def _back_to(candidate_id: int) -> Response:
    return RedirectResponse(f"/discovery/candidates/{candidate_id}", status_code=303)
