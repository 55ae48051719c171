"""Findings: drift and facts that are not as expected, and what a person decides about them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit, Visit
from api.shapes import Key
from api.web.excerpts import managed_rows
from api.web.exports import Format, Listed, export
from api.web.render import page
from changes import requests
from changes.requests import Wanted
from drift import fact_rows, facts, findings
from drift.device_facts import KINDS, Kind
from drift.models import Finding
from drift.noise.evidence import proposed_for
from inventory import snapshots

router = APIRouter(include_in_schema=False)
LIMIT = 50
COLUMNS: Mapping[str, Callable[[Finding], object]] = {
    "finding": lambda row: f"F{row.id}", "device": lambda row: row.device.hostname,
    "site": lambda row: row.device.site.code, "kind": lambda row: row.kind,
    "state": lambda row: row.state, "verdict": lambda row: row.verdict,
    "severity": lambda row: row.severity, "differences": lambda row: len(row.differences),
    "fingerprint": lambda row: row.fingerprint, "opened_at": lambda row: row.opened_at,
    "why": lambda row: row.verdict_reason,
}  # fmt: skip


@router.get("/findings")
def list_findings(
    request: Request, visit: PageVisit, *, state: str = "open", verdict: str = "", kind: str = "",
    after: int = 0, as_format: Format = "",
) -> Response:  # fmt: skip
    if as_format:
        filters = {"state": state, "verdict": verdict, "kind": kind}
        return export(request, visit, _listed(**filters), filters)
    found = findings.list_findings(
        visit.ctx, state=state or None, verdict=verdict or None, kind=kind or None,
        after=after or None, limit=LIMIT,
    )  # fmt: skip
    more = found[-1].id if len(found) == LIMIT else 0
    return page(
        "findings.html", visit, findings=found, state=state, verdict=verdict, kind=kind, more=more
    )


def _listed(*, state: str, verdict: str, kind: str) -> Listed[Finding]:
    return Listed(
        name="findings", columns=COLUMNS, place=lambda row: row.id,
        read=lambda ctx, after, limit: findings.list_findings(
            ctx, state=state or None, verdict=verdict or None, kind=kind or None,
            after=None if after is None else int(after), limit=limit,
        ),
    )  # fmt: skip


@router.get("/findings/{finding_id}")
def show_finding(visit: PageVisit, finding_id: Key) -> Response:
    ctx = visit.ctx
    finding = findings.get(ctx, finding_id)
    if finding.kind == facts.FINDING:
        return _facts(visit, finding)
    running, intended = (
        snapshots.text_of(ctx, one.digest) for one in (finding.snapshot, finding.baseline)
    )
    differ = managed_rows(
        running, intended, platform=finding.device.platform, sections=finding.baseline.sections
    )
    return page(
        "finding.html", visit, finding=finding, rows=differ, masks=proposed_for(ctx, finding)
    )


@router.post("/findings/{finding_id}/change")
def request_change(
    visit: PageVisit, finding_id: Key, title: Annotated[str, Form()],
    reason: Annotated[str, Form()],
) -> Response:  # fmt: skip
    wanted = Wanted(title=title, reason=reason)
    change = requests.request_correction(visit.ctx, [finding_id], wanted)
    return RedirectResponse(f"/changes/{change.id}", status_code=303)


@router.post("/findings/{finding_id}/acceptance")
def accept(visit: PageVisit, finding_id: Key, reason: Annotated[str, Form()]) -> Response:
    findings.accept_as_baseline(visit.ctx, finding_id, reason=reason)
    return RedirectResponse(f"/findings/{finding_id}", status_code=303)


@router.post("/findings/{finding_id}/expectation")
def expect(
    visit: PageVisit, finding_id: Key, snapshot_id: Annotated[int, Form()],
    kinds: Annotated[list[Kind], Form()], reason: Annotated[str, Form()],
) -> Response:  # fmt: skip
    """Expect what the device is now, of the chosen kinds; the next judgement ends the finding."""
    facts.approve_snapshot(visit.ctx, snapshot_id, reason=reason, kinds=kinds)
    return RedirectResponse(f"/findings/{finding_id}", status_code=303)


@router.post("/findings/{finding_id}/suppression")
def suppress(
    visit: PageVisit,
    finding_id: Key,
    reason: Annotated[str, Form()],
    days: Annotated[int, Form(ge=1, le=365)],
) -> Response:
    until = visit.ctx.now() + timedelta(days=days)
    findings.suppress(visit.ctx, finding_id, reason=reason, until=until)
    return RedirectResponse(f"/findings/{finding_id}", status_code=303)


def _facts(visit: Visit, finding: Finding) -> Response:
    """What is expected beside what was seen; nothing in it is a line of configuration."""
    ctx = visit.ctx
    readable = finding.governing_unit_id in ctx.units("snapshot.read")
    found = facts.check(ctx, finding.device_id) if readable else None
    differ = fact_rows.pairs(findings.differences_of(finding))
    kinds = {one.kind for one in differ}
    return page(
        "facts_finding.html", visit, finding=finding, rows=differ,
        kinds=[kind for kind in KINDS if kind in kinds],
        put_right=found is not None and found.in_sync,
    )  # fmt: skip
