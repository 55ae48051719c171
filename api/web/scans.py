"""Scans as pages: how far, what failed and why, what was slow."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.access import PageVisit
from api.shapes import LARGEST, Key
from api.web.render import page
from drift import scan_reports

router = APIRouter(include_in_schema=False)
LIMIT = 50
After = Annotated[int, Query(ge=0, le=LARGEST)]


@router.get("/scans")
def list_scans(visit: PageVisit, after: After = 0) -> Response:
    found = scan_reports.list_scans(visit.ctx, before=after or None, limit=LIMIT)
    more = found[-1].id if len(found) == LIMIT else 0
    return page("scans.html", visit, scans=found, after=after, more=more)


@router.get("/scans/{scan_id}")
def show_scan(visit: PageVisit, scan_id: Key) -> Response:
    return page("scan.html", visit, report=scan_reports.get_report(visit.ctx, scan_id))
