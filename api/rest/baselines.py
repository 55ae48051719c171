"""Approved configurations over REST: versions, approval of a snapshot, a written text."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from api.access import Ctx
from api.pages import After, Limit, Page, page_of, page_within
from api.shapes import Body, Key, LongText, Number, OfRow, Text
from core.errors import NotFound
from drift import baselines
from drift.models import Baseline
from inventory import devices

router = APIRouter(tags=["baselines"])


class BaselineOut(OfRow):
    id: int
    device_id: int
    version: int
    digest: str
    source: str
    snapshot_id: int | None
    reason: str
    approved_by_id: int | None
    valid_from: datetime
    valid_until: datetime | None


class BaselineIn(Body):
    snapshot_id: Number
    reason: Text


class IntendedIn(Body):
    text: LongText
    reason: Text


def baseline_out(row: Baseline) -> BaselineOut:
    return BaselineOut(
        **{name: getattr(row, name) for name in BaselineOut.model_fields if name != "digest"},
        digest=row.digest.hex(),
    )


@router.get("/baselines")
def list_baselines(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[BaselineOut]:
    """The valid baseline of every device."""
    rows = baselines.list_baselines(ctx)
    return page_within(rows, baseline_out, lambda row: row.id, after=after, limit=limit)


@router.post("/baselines", status_code=201)
def approve_baseline(body: BaselineIn, ctx: Ctx) -> BaselineOut:
    """Make what a snapshot shows its device's baseline."""
    return baseline_out(baselines.approve_snapshot(ctx, body.snapshot_id, reason=body.reason))


@router.get("/devices/{device_id}/baselines")
def list_versions(
    device_id: Key, ctx: Ctx, limit: Limit = 50, after: After = None
) -> Page[BaselineOut]:
    """All versions of a device's baseline, the newest first."""
    rows = [row for row in baselines.versions(ctx, device_id) if not after or row.version < after]
    return page_of(rows[:limit], baseline_out, lambda row: row.version, limit=limit)


@router.post("/devices/{device_id}/baselines", status_code=201)
def set_intended(device_id: Key, body: IntendedIn, ctx: Ctx) -> BaselineOut:
    """Make a written configuration the device's baseline; secrets in it are redacted."""
    return baseline_out(baselines.set_intended(ctx, device_id, body.text, reason=body.reason))


@router.get("/devices/{device_id}/baselines/{version}/text", response_class=PlainTextResponse)
def baseline_text(device_id: Key, version: Key, ctx: Ctx) -> str:
    """The configuration that a version asks for, secrets redacted."""
    for row in baselines.versions(ctx, device_id):
        if row.version == version:
            return baselines.text(ctx, row)
    hostname = devices.get_device(ctx, device_id).hostname
    raise NotFound(f"{hostname} has no baseline {version}; the list of its baselines names all.")
