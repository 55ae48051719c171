"""Masks for lines that change by themselves, over REST: learn, list, approve, end."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, JsonValue

from api.access import Ctx
from api.jobs import queue_learning
from api.pages import After, Limit, Page, page_of
from api.rest.snapshots import QueuedOut
from api.shapes import Body, Key, Note, OfRow, Reason
from changes.acted import corrected
from drift.noise import decisions
from drift.noise.learning import LONGEST, SHORTEST, USUAL
from drift.noise.models import NoiseMask

router = APIRouter(tags=["noise"])


class LearningIn(Body):
    """How many seconds lie between the two readings."""

    apart: Annotated[float, Field(ge=SHORTEST, le=LONGEST)] = USUAL


class MaskApprovalOut(OfRow):
    person_id: int
    note: str
    approved_at: datetime


class MaskOut(OfRow):
    """`evidence` says what it was learned from, and what it would have hidden in the past."""

    id: int
    state: str
    platform: str
    unit_id: int
    path: list[str]
    pattern: str
    example_before: str
    example_after: str
    device_id: int
    learned_by_id: int | None
    learned_at: datetime
    active_at: datetime | None
    ended_by_id: int | None
    ended_at: datetime | None
    reason: str
    evidence: dict[str, JsonValue]
    approvals: list[MaskApprovalOut]


@router.post("/devices/{device_id}/noise", status_code=202)
def learn_noise(device_id: Key, body: LearningIn, ctx: Ctx) -> QueuedOut:
    """Have a worker read the device twice and propose masks for what changed by itself."""
    return QueuedOut.of(queue_learning(ctx, device_id, apart=body.apart))


@router.get("/noise")
def list_masks(
    ctx: Ctx, limit: Limit = 50, after: After = None,
    state: Literal["proposed", "active", "rejected", "withdrawn", "any"] = "any",
    platform: str | None = None,
) -> Page[MaskOut]:  # fmt: skip
    """Masks that reach a device one may see, the newest first."""
    wanted = None if state == "any" else state
    rows = decisions.listing(ctx, state=wanted, platform=platform, after=after, limit=limit)
    return page_of(rows, _out, lambda row: row.id, limit=limit)


@router.get("/noise/{mask_id}")
def get_mask(mask_id: Key, ctx: Ctx) -> MaskOut:
    return _out(decisions.get(ctx, mask_id))


@router.post("/noise/{mask_id}/approvals", status_code=201)
def approve_mask(mask_id: Key, body: Note, ctx: Ctx) -> MaskOut:
    """Say yes; the mask holds when a second person did too."""
    return _out(decisions.approve(ctx, mask_id, note=body.note, corrected=corrected))


@router.post("/noise/{mask_id}/rejection", status_code=201)
def reject_mask(mask_id: Key, body: Reason, ctx: Ctx) -> MaskOut:
    """Say no to a proposal."""
    return _out(decisions.reject(ctx, mask_id, reason=body.reason))


@router.post("/noise/{mask_id}/withdrawal", status_code=201)
def withdraw_mask(mask_id: Key, body: Reason, ctx: Ctx) -> MaskOut:
    """End a mask that holds: what it hid is drift again."""
    return _out(decisions.withdraw(ctx, mask_id, reason=body.reason))


def _out(row: NoiseMask) -> MaskOut:
    return MaskOut.of(row)
