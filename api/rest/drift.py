"""Findings over REST, and a comparison of two given texts."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, JsonValue

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.shapes import OfRow
from drift import assess, findings
from drift.models import Finding

router = APIRouter(tags=["drift"])


class FindingOut(OfRow):
    id: int
    device_id: int
    hostname: str
    fingerprint: str
    state: str
    severity: str
    verdict: str
    verdict_reason: str
    differences: list[JsonValue]
    remediation: list[str]
    rollback: list[str]
    refusals: list[JsonValue]
    opened_at: datetime
    last_seen_at: datetime
    event_id: int | None


class SuppressionIn(BaseModel):
    reason: str
    until: datetime


class AcceptanceIn(BaseModel):
    reason: str


class ComparisonIn(BaseModel):
    platform: str
    running: str
    intended: str


class DifferenceOut(OfRow):
    path: list[str]
    line: str
    side: str
    running_line: int | None
    intended_line: int | None


class RefusalOut(OfRow):
    path: list[str]
    reason: str


class AssessmentOut(OfRow):
    in_sync: bool
    differences: list[DifferenceOut]
    remediation: list[str]
    rollback: list[str]
    refusals: list[RefusalOut]


def finding_out(row: Finding) -> FindingOut:
    return FindingOut(
        **{name: getattr(row, name) for name in FindingOut.model_fields if name != "hostname"},
        hostname=row.device.hostname,
    )


@router.get("/findings")
def list_findings(
    ctx: Ctx, limit: Limit = 50, after: After = None, state: str | None = "open",
    verdict: str | None = None, device_id: int | None = None,
) -> Page[FindingOut]:  # fmt: skip
    rows = findings.list_findings(
        ctx, state=state or None, verdict=verdict, device_id=device_id, after=after, limit=limit
    )
    return page_of(rows, finding_out, lambda row: row.id, limit=limit)


@router.get("/findings/{finding_id}")
def get_finding(finding_id: int, ctx: Ctx) -> FindingOut:
    return finding_out(findings.get(ctx, finding_id))


@router.post("/findings/{finding_id}/suppression", status_code=201)
def suppress(finding_id: int, body: SuppressionIn, ctx: Ctx) -> FindingOut:
    return finding_out(findings.suppress(ctx, finding_id, reason=body.reason, until=body.until))


@router.post("/findings/{finding_id}/acceptance", status_code=201)
def accept(finding_id: int, body: AcceptanceIn, ctx: Ctx) -> FindingOut:
    """Make what the device shows its approved baseline."""
    return finding_out(findings.accept_as_baseline(ctx, finding_id, reason=body.reason))


@router.post("/comparison")
def compare(body: ComparisonIn, _ctx: Ctx) -> AssessmentOut:
    """Judge two texts without storing them."""
    return AssessmentOut.of(assess(body.running, body.intended, platform=body.platform))
