"""Observed configurations over REST: collect, list, show, and the difference of any two."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from api.access import Ctx
from api.jobs import queue_devices
from api.pages import After, Limit, Page, page_of
from api.shapes import Body, Key, Number, OfRow, Reason, Text
from core.context import Context
from drift.engine.sidebyside import rows
from inventory import commitments, originals, snapshots
from inventory.snapshot_models import Snapshot
from inventory.snapshots import Source

router = APIRouter(tags=["snapshots"])


class SnapshotOut(OfRow):
    id: int
    device_id: int
    source: str
    digest: str
    lines: int
    trusted: bool
    score: int
    doubts: list[str]
    first_seen_at: datetime
    last_seen_at: datetime


class RevelationIn(Reason):
    """Why, and which line; none is all of them."""

    line: Number | None = None


class RevelationOut(BaseModel):
    snapshot_id: int
    line: int | None
    text: str


class OpeningIn(Reason):
    """Why, and which mark, counted from 1."""

    index: Number


class OpeningOut(BaseModel):
    """One secret, and the salt (hexadecimal) with which anybody computes its leaf."""

    snapshot_id: int
    index: int
    salt: str
    secret: str


class RowOut(OfRow):
    """One row of two texts side by side; a `fold` stands for equal lines left out."""

    kind: str
    left_number: int | None
    left: str
    right_number: int | None
    right: str
    section: str


class DifferenceOut(BaseModel):
    differs: bool
    rows: list[RowOut]


class SelectionIn(Body):
    """Named devices, or all active ones (of a site) in one's jurisdiction."""

    device_ids: list[Number] = Field([], max_length=10_000)
    hostnames: list[Text] = Field([], max_length=10_000)
    site: Text | None = None


class QueuedOut(OfRow):
    """`job` is null where the very same waits in the queue already."""

    job: int | None
    devices: int


def snapshot_out(row: Snapshot) -> SnapshotOut:
    return SnapshotOut(
        **{name: getattr(row, name) for name in SnapshotOut.model_fields if name != "digest"},
        digest=row.digest.hex(),
    )


@router.get("/snapshots")
def list_snapshots(
    ctx: Ctx, limit: Limit = 50, after: After = None, device_id: Number | None = None,
    source: Source | None = None,
) -> Page[SnapshotOut]:  # fmt: skip
    found = snapshots.list_snapshots(
        ctx, device_id=device_id, source=source, before=after, limit=limit
    )
    return page_of(found, snapshot_out, lambda row: row.id, limit=limit)


@router.get("/snapshots/{snapshot_id}")
def get_snapshot(snapshot_id: Key, ctx: Ctx) -> SnapshotOut:
    return snapshot_out(snapshots.get_snapshot(ctx, snapshot_id))


@router.get("/snapshots/{snapshot_id}/text", response_class=PlainTextResponse)
def snapshot_text(snapshot_id: Key, ctx: Ctx) -> str:
    """The configuration, secrets redacted."""
    return _text(ctx, snapshot_id)


@router.post("/snapshots/{snapshot_id}/revelations")
def reveal(snapshot_id: Key, body: RevelationIn, ctx: Ctx) -> RevelationOut:
    """The configuration with its secrets; every look is a record."""
    text = originals.reveal(ctx, snapshot_id, reason=body.reason, line=body.line)
    return RevelationOut(snapshot_id=snapshot_id, line=body.line, text=text)


@router.post("/snapshots/{snapshot_id}/openings")
def open_secret(snapshot_id: Key, body: OpeningIn, ctx: Ctx) -> OpeningOut:
    """One secret with the salt that proves it; every look is a record."""
    opened = commitments.open_secret(ctx, snapshot_id, body.index, reason=body.reason)
    return OpeningOut(
        snapshot_id=snapshot_id, index=opened.index, salt=opened.salt.hex(), secret=opened.secret
    )


@router.get("/snapshots/{snapshot_id}/difference/{other_id}")
def difference(snapshot_id: Key, other_id: Key, ctx: Ctx) -> DifferenceOut:
    """Any two snapshots side by side, the first on the left."""
    found = rows(_text(ctx, other_id), _text(ctx, snapshot_id))
    return DifferenceOut(
        differs=any(row.kind not in {"equal", "fold"} for row in found),
        rows=[RowOut.of(row) for row in found],
    )


@router.post("/collections", status_code=202)
def collect(body: SelectionIn, ctx: Ctx) -> QueuedOut:
    """Have devices collected by a worker now, without judging them."""
    return QueuedOut.of(queue_devices(ctx, "inventory.collect", **dict(body)))


@router.post("/scans", status_code=202)
def scan(body: SelectionIn, ctx: Ctx) -> QueuedOut:
    """Have devices collected and judged by a worker now."""
    return QueuedOut.of(queue_devices(ctx, "drift.scan", **dict(body)))


def _text(ctx: Context, snapshot_id: int) -> str:
    return snapshots.text_of(ctx, snapshots.get_snapshot(ctx, snapshot_id).digest)
