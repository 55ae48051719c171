"""Scans as people see them: figures for all, devices for who may read them. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import select

from core.context import Context
from drift.scan_models import Scan
from drift.scans import FINE
from inventory.models import Device, Site
from inventory.sites import list_sites

GIVEN_UP = timedelta(hours=24)
"""A scan that has not ended by then died with its worker."""

LEFT = "skipped"
"""The outcome of devices that were not asked."""

State = Literal["running", "done", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFigures:
    """How far a scan is and how it went, without a word about any single device."""

    id: int
    kind: str
    state: State
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
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDevice:
    device_id: int
    hostname: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDevice:
    device_id: int
    hostname: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSite:
    """A site of which so many devices failed that the rest was left for the next time."""

    code: str
    failed: int
    devices: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """A scan with the devices and sites that the asking person may read."""

    figures: ScanFigures
    slowest: Sequence[SlowDevice]
    failed: Sequence[FailedDevice]
    cut: Sequence[CutSite]


def list_scans(ctx: Context, *, before: int | None = None, limit: int = 50) -> list[ScanFigures]:
    """The newest first; `before` is the last id already seen. Needs `drift.read`."""
    ctx.require("drift.read")
    rows = select(Scan).order_by(Scan.id.desc()).limit(limit)
    if before is not None:
        rows = rows.where(Scan.id < before)
    return [_figures(ctx, row) for row in ctx.session.scalars(rows)]


def latest(ctx: Context) -> ScanFigures | None:
    """The last scan that began; None where there is none or the person may not see it."""
    found = list_scans(ctx, limit=1) if ctx.units("drift.read") else []
    return found[0] if found else None


def get_report(ctx: Context, scan_id: int) -> ScanReport:
    """What a scan saw, as far as the person may read its devices. Needs `drift.read`."""
    ctx.require("drift.read")
    scan = ctx.get(Scan, scan_id)
    slowest = cast("list[tuple[str, float]]", scan.slowest)
    failed = cast("list[tuple[str, str, str]]", scan.failed)
    cut = cast("dict[str, tuple[int, int, int]]", scan.cut)
    ids = _readable(ctx, {name for name, *_ in slowest} | {name for name, *_ in failed})
    codes = {site.code for site in list_sites(ctx)} if cut else set()
    return ScanReport(
        figures=_figures(ctx, scan),
        slowest=[
            SlowDevice(device_id=ids[name], hostname=name, seconds=seconds)
            for name, seconds in slowest if name in ids
        ],
        failed=[
            FailedDevice(device_id=ids[name], hostname=name, outcome=outcome, detail=detail)
            for name, outcome, detail in failed if name in ids
        ],
        cut=[
            CutSite(code=code, failed=failed, devices=devices, left=left)
            for code, (failed, devices, left) in sorted(cut.items()) if code in codes
        ],
    )  # fmt: skip


def _readable(ctx: Context, hostnames: set[str]) -> Mapping[str, int]:
    """The ids of those devices that the person may read, by hostname."""
    rows = (
        select(Device.hostname, Device.id)
        .join(Site)
        .where(Device.hostname.in_(hostnames), Device.owned_by(ctx.units("device.read")))
    )
    return {row.hostname: row.id for row in ctx.session.execute(rows)}


def _figures(ctx: Context, scan: Scan) -> ScanFigures:
    now = ctx.now()
    state: State = "done"
    if scan.ended_at is None:
        state = "running" if now - scan.started_at < GIVEN_UP else "interrupted"
    return ScanFigures(
        id=scan.id, kind=scan.kind, state=state, started_by=scan.started_by,
        started_at=scan.started_at, ended_at=scan.ended_at,
        seconds=((scan.ended_at or now) - scan.started_at).total_seconds(), asked=scan.asked,
        done=scan.done, resting=scan.resting, drifted=scan.outcomes.get("drifted", 0),
        failed=sum(count for name, count in scan.outcomes.items() if name not in {*FINE, LEFT}),
        skipped=scan.outcomes.get(LEFT, 0), cut_sites=len(scan.cut), outcomes=dict(scan.outcomes),
    )  # fmt: skip
