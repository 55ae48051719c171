"""Scans as pages: how far, what failed and why, what was slow."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access import PageVisit
from api.shapes import LARGEST, Key
from api.web.exports import Format, Listed, export
from api.web.render import page
from drift import scan_reports
from drift.scan_reports import ScanFigures

router = APIRouter(include_in_schema=False)
LIMIT = 50
After = Annotated[int, Query(ge=0, le=LARGEST)]

COLUMNS: Mapping[str, Callable[[ScanFigures], object]] = {
    "scan": lambda row: f"S{row.id}", "kind": lambda row: row.kind, "state": lambda row: row.state,
    "started_by": lambda row: row.started_by, "started_at": lambda row: row.started_at,
    "seconds": lambda row: round(row.seconds, 1), "asked": lambda row: row.asked,
    "done": lambda row: row.done, "drifted": lambda row: row.drifted,
    "failed": lambda row: row.failed, "skipped": lambda row: row.skipped,
    "resting": lambda row: row.resting,
}  # fmt: skip
LISTED: Listed[ScanFigures] = Listed(
    name="scans", columns=COLUMNS, place=lambda row: row.id,
    read=lambda ctx, after, limit: scan_reports.list_scans(
        ctx, before=None if after is None else int(after), limit=limit
    ),
)  # fmt: skip


@router.get("/scans")
def list_scans(
    request: Request, visit: PageVisit, after: After = 0, as_format: Format = ""
) -> Response:
    if as_format:
        return export(request, visit, LISTED, {})
    found = scan_reports.list_scans(visit.ctx, before=after or None, limit=LIMIT)
    more = found[-1].id if len(found) == LIMIT else 0
    return page("scans.html", visit, scans=found, after=after, more=more)


@router.get("/scans/{scan_id}")
def show_scan(visit: PageVisit, scan_id: Key) -> Response:
    return page("scan.html", visit, report=scan_reports.get_report(visit.ctx, scan_id))
