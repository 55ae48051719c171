"""Observed configurations and baselines over REST."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.shapes import OfRow
from core.queue import enqueue
from drift import baselines
from drift.models import Baseline
from inventory import devices, snapshots
from inventory.snapshot_models import Snapshot

router = APIRouter(tags=["snapshots"])


class SnapshotOut(OfRow):
    id: int
    device_id: int
    source: str
    digest: str
    lines: int
    trusted: bool
    doubts: list[str]
    first_seen_at: datetime
    last_seen_at: datetime


class BaselineOut(OfRow):
    id: int
    device_id: int
    version: int
    digest: str
    source: str
    reason: str
    valid_from: datetime
    valid_until: datetime | None


class Queued(BaseModel):
    job: int | None


class BaselineIn(BaseModel):
    snapshot_id: int
    reason: str


def snapshot_out(row: Snapshot) -> SnapshotOut:
    return SnapshotOut(
        **{name: getattr(row, name) for name in SnapshotOut.model_fields if name != "digest"},
        digest=row.digest.hex(),
    )


def baseline_out(row: Baseline) -> BaselineOut:
    return BaselineOut(
        **{name: getattr(row, name) for name in BaselineOut.model_fields if name != "digest"},
        digest=row.digest.hex(),
    )


@router.get("/snapshots")
def list_snapshots(
    ctx: Ctx, limit: Limit = 50, after: After = None, device_id: int | None = None
) -> Page[SnapshotOut]:
    rows = snapshots.list_snapshots(ctx, device_id=device_id, before=after, limit=limit)
    return page_of(rows, snapshot_out, lambda row: row.id, limit=limit)


@router.get("/snapshots/{snapshot_id}/text", response_class=PlainTextResponse)
def snapshot_text(snapshot_id: int, ctx: Ctx) -> str:
    """The configuration, secrets redacted."""
    return snapshots.text_of(ctx, snapshots.get_snapshot(ctx, snapshot_id).digest)


@router.post("/devices/{device_id}/collection", status_code=202)
def collect(device_id: int, ctx: Ctx) -> Queued:
    """Have the device collected and judged by a worker now."""
    device = devices.get_device(ctx, device_id)
    ctx.require("drift.scan", device)
    job = enqueue(
        ctx, "drift.scan", queue="collect", args={"device_ids": [device.id]},
        queueing_lock=f"scan:{device.id}",
    )  # fmt: skip
    ctx.record("device.scan_requested", device)
    return Queued(job=job)


@router.get("/devices/{device_id}/baselines")
def list_baselines(device_id: int, ctx: Ctx) -> list[BaselineOut]:
    return [baseline_out(row) for row in baselines.versions(ctx, device_id)]


@router.post("/baselines", status_code=201)
def approve_baseline(body: BaselineIn, ctx: Ctx) -> BaselineOut:
    return baseline_out(baselines.approve_snapshot(ctx, body.snapshot_id, reason=body.reason))
