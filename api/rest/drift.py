"""Findings and compliance over REST, and a comparison of two given texts."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, JsonValue

from api.access import Ctx
from api.pages import After, AfterName, Limit, NamedPage, Page, named_page_of, page_of
from api.shapes import LARGEST, Body, Key, LongText, Number, OfRow, Reason, Text
from core.errors import InvalidInput
from drift import assess, compliance, findings
from drift.compliance import RuleVerdict
from drift.models import Finding

router = APIRouter(tags=["drift"])

Severity = Literal["info", "minor", "major", "critical"]
Verdict = Literal[
    "authorised", "not_applied", "unauthorised", "reverted", "noise", "unexplained"
]  # fmt: skip


class FindingOut(OfRow):
    id: int
    device_id: int
    hostname: str
    kind: str
    fingerprint: str
    state: str
    severity: str
    verdict: str
    verdict_reason: str
    baseline_id: int
    snapshot_id: int
    differences: list[JsonValue]
    remediation: list[str]
    rollback: list[str]
    refusals: list[JsonValue]
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    suppressed_until: datetime | None
    suppressed_reason: str
    event_id: int | None


class SuppressionIn(Body):
    reason: Text
    until: AwareDatetime


class RuleOut(OfRow):
    id: str
    title: str
    why: str
    severity: Severity
    platforms: list[str]


class ComplianceOut(OfRow):
    """The latest judgement of one rule on one device."""

    device_id: int
    rule_id: str
    snapshot_id: int
    passed: bool
    detail: str
    severity: str
    judged_at: datetime


class ComparisonIn(Body):
    platform: Text
    running: LongText
    intended: LongText


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


def _compliance(row: RuleVerdict) -> ComplianceOut:
    return ComplianceOut.of(row)


@router.get("/findings")
def list_findings(
    ctx: Ctx, limit: Limit = 50, after: After = None,
    state: Literal["open", "suppressed", "resolved", "any"] = "open",
    verdict: Verdict | None = None, device_id: Number | None = None,
) -> Page[FindingOut]:  # fmt: skip
    rows = findings.list_findings(
        ctx, state=None if state == "any" else state, verdict=verdict, device_id=device_id,
        after=after, limit=limit,
    )  # fmt: skip
    return page_of(rows, finding_out, lambda row: row.id, limit=limit)


@router.get("/findings/{finding_id}")
def get_finding(finding_id: Key, ctx: Ctx) -> FindingOut:
    return finding_out(findings.get(ctx, finding_id))


@router.post("/findings/{finding_id}/suppression", status_code=201)
def suppress(finding_id: Key, body: SuppressionIn, ctx: Ctx) -> FindingOut:
    return finding_out(findings.suppress(ctx, finding_id, reason=body.reason, until=body.until))


@router.post("/findings/{finding_id}/acceptance", status_code=201)
def accept(finding_id: Key, body: Reason, ctx: Ctx) -> FindingOut:
    """Make what the device shows its approved baseline."""
    return finding_out(findings.accept_as_baseline(ctx, finding_id, reason=body.reason))


@router.get("/rules")
def list_rules(ctx: Ctx) -> list[RuleOut]:
    """The compliance rules in force, those of plugins too."""
    return [RuleOut.of(rule) for rule in compliance.rules(ctx.settings)]


@router.get("/compliance")
def list_compliance(
    ctx: Ctx, limit: Limit = 50, after: AfterName = None, device_id: Number | None = None,
    result: Literal["passed", "violated"] | None = None,
) -> NamedPage[ComplianceOut]:  # fmt: skip
    """The latest verdicts by device and rule."""
    passed = None if result is None else result == "passed"
    rows = compliance.verdicts(
        ctx, device_id=device_id, passed=passed, after=_place(after), limit=limit
    )
    return named_page_of(
        rows, _compliance, lambda row: f"{row.device_id}:{row.rule_id}", limit=limit
    )


@router.post("/comparison")
def compare(body: ComparisonIn, _ctx: Ctx) -> AssessmentOut:
    """Judge two texts without storing them."""
    return AssessmentOut.of(assess(body.running, body.intended, platform=body.platform))


def _place(after: str | None) -> tuple[int, str] | None:
    """Where a page of verdicts begins: behind this device's rule."""
    if after is None:
        return None
    device, _, rule = after.partition(":")
    if not (device.isascii() and device.isdigit() and int(device) <= LARGEST and rule):
        raise InvalidInput("`after` must be `next` of the page before.", field="after")
    return int(device), rule
