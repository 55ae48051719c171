"""Scans over REST: figures while they run and after; devices only for who may read them."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.shapes import Key, OfRow
from drift import scan_reports

router = APIRouter(tags=["scans"])


class ScanOut(OfRow):
    """`outcomes` counts devices by outcome; `resting` ones were not due after failures."""

    id: int
    kind: str
    state: Literal["running", "done", "interrupted"]
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    asked: int
    done: int
    resting: int
    drifted: int
    failed: int
    skipped: int
    cut_sites: int
    outcomes: dict[str, int]


class SlowDeviceOut(OfRow):
    device_id: int
    hostname: str
    seconds: float


class FailedDeviceOut(OfRow):
    device_id: int
    hostname: str
    outcome: str
    detail: str


class CutSiteOut(OfRow):
    """Of `devices` at the site `failed` did, so that `left` were not asked."""

    code: str
    failed: int
    devices: int
    left: int


class ScanReportOut(OfRow):
    """Its lists hold what the asking person may read; the figures count everything."""

    figures: ScanOut
    slowest: list[SlowDeviceOut]
    failed: list[FailedDeviceOut]
    cut: list[CutSiteOut]


@router.get("/scans")
def list_scans(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[ScanOut]:
    rows = scan_reports.list_scans(ctx, before=after, limit=limit)
    return page_of(rows, ScanOut.of, lambda row: row.id, limit=limit)


@router.get("/scans/{scan_id}")
def get_scan(scan_id: Key, ctx: Ctx) -> ScanReportOut:
    return ScanReportOut.of(scan_reports.get_report(ctx, scan_id))
