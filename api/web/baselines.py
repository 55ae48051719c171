"""What is approved of a device: versions of its baseline, what is intended, facts expected."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit
from api.pages import older
from api.shapes import Key, Number
from api.web.excerpts import managed_rows
from api.web.render import device_text, page
from core.errors import InvalidInput
from drift import baselines, fact_rows, facts, versions
from drift.device_facts import DeviceFacts, Kind
from drift.engine.sidebyside import rows
from drift.intent import proposals
from drift.intent.cohorts import Cohort
from drift.intent.proposals import NoIntent
from inventory import devices, snapshots

router = APIRouter(include_in_schema=False)
LIMIT = 50
Reason = Annotated[str, Form()]


@router.get("/devices/{device_id}/baselines")
def list_versions(visit: PageVisit, device_id: Key, after: int = 0) -> Response:
    ctx = visit.ctx
    all_of_it = baselines.versions(ctx, device_id)
    standing = {one.id: versions.standing_at(one, ctx.now()) for one in all_of_it}
    shown = older(all_of_it, lambda one: one.version, after=after, limit=LIMIT)
    valid = [one for one in all_of_it if standing[one.id] == "valid"]
    return page(
        "baselines.html", visit, device=devices.get_device(ctx, device_id), versions=shown,
        standing=standing, valid=valid[0] if valid else None,
        upcoming=[one for one in reversed(all_of_it) if standing[one.id] == "upcoming"],
        approvers=versions.approvers(ctx, all_of_it), now=ctx.now(),
        more=shown[-1].version if len(shown) == LIMIT else 0,
    )  # fmt: skip


@router.get("/devices/{device_id}/baselines/comparison")
def compare(visit: PageVisit, device_id: Key, left: Number, right: Number) -> Response:
    """Any two versions side by side."""
    ctx = visit.ctx
    pair = [versions.numbered(ctx, device_id, number) for number in (left, right)]
    before, after = (device_text(baselines.text(ctx, one)) for one in pair)
    return page(
        "baseline_comparison.html", visit, device=pair[0].device, left=pair[0], right=pair[1],
        rows=rows(after, before),
    )  # fmt: skip


@router.get("/devices/{device_id}/baselines/{version}")
def show_version(visit: PageVisit, device_id: Key, version: Key) -> Response:
    ctx = visit.ctx
    row = versions.numbered(ctx, device_id, version)
    return page(
        "baseline.html", visit, baseline=row, text=baselines.text(ctx, row),
        standing=versions.standing_at(row, ctx.now()),
        approver=versions.approvers(ctx, [row]).get(row.approved_by_id, ""),
    )  # fmt: skip


@router.post("/devices/{device_id}/baselines/{version}/withdrawal")
def withdraw(visit: PageVisit, device_id: Key, version: Key, reason: Reason) -> Response:
    row = versions.numbered(visit.ctx, device_id, version)
    baselines.withdraw(visit.ctx, row.id, reason=reason)
    return RedirectResponse(f"/devices/{device_id}/baselines", status_code=303)


@router.get("/devices/{device_id}/intended")
def show_intended(visit: PageVisit, device_id: Key) -> Response:
    """What the device's source intends, beside its newest baseline."""
    ctx = visit.ctx
    device = devices.get_device(ctx, device_id)
    try:
        found = proposals.propose(ctx, device_id)
    except NoIntent as nothing:
        return page("intended.html", visit, device=device, intended=None, rows=(),
                    told=nothing.message)  # fmt: skip
    newest = baselines.newest(ctx, device_id)
    present = baselines.text(ctx, newest) if newest else ""
    differ = managed_rows(found.text, present, platform=device.platform, sections=found.sections)
    return page(
        "intended.html", visit, device=device, intended=found, rows=differ, told="",
        before=tuple(newest.sections) if newest else (),
    )  # fmt: skip


@router.post("/devices/{device_id}/intended/approvals")
def approve_intended(
    visit: PageVisit, device_id: Key, digest: Annotated[str, Form()], reason: Reason,
    start: Annotated[str, Form()] = "", grace_hours: Annotated[int, Form(ge=0, le=8784)] = 0,
) -> Response:  # fmt: skip
    proposals.approve_shown(
        visit.ctx, device_id, digest=digest, reason=reason,
        cohort=Cohort(size="rest", valid_from=_start(start)),
        grace=timedelta(hours=grace_hours),
    )  # fmt: skip
    return RedirectResponse(f"/devices/{device_id}/baselines", status_code=303)


@router.get("/devices/{device_id}/facts")
def show_facts(visit: PageVisit, device_id: Key, after: int = 0) -> Response:
    ctx = visit.ctx
    all_of_it = facts.versions(ctx, device_id)
    expected, seen = facts.expected_for(ctx, device_id), facts.seen_now(ctx, device_id)
    found = facts.check(ctx, device_id)
    shown = older(all_of_it, lambda one: one.version, after=after, limit=LIMIT)
    return page(
        "device_facts.html", visit, device=devices.get_device(ctx, device_id),
        expected=expected, snapshot=snapshots.latest(ctx, device_id), versions=shown,
        compared=fact_rows.by_kind(
            facts.facts_of(expected) if expected else DeviceFacts(), seen or DeviceFacts()
        ),
        differ=fact_rows.pairs(found.differences) if found else (),
        told={one.id: facts.facts_of(one).told for one in shown},
        approvers=versions.approvers(ctx, all_of_it),
        has_baseline=baselines.newest(ctx, device_id) is not None,
        more=shown[-1].version if len(shown) == LIMIT else 0,
    )  # fmt: skip


@router.post("/devices/{device_id}/facts")
def expect(
    visit: PageVisit, device_id: Key, snapshot_id: Annotated[int, Form()], reason: Reason,
    kinds: Annotated[list[Kind], Form()],
) -> Response:  # fmt: skip
    """Expect what the device is now, of the chosen kinds."""
    facts.approve_snapshot(visit.ctx, snapshot_id, reason=reason, kinds=kinds)
    return RedirectResponse(f"/devices/{device_id}/facts", status_code=303)


def _start(told: str) -> datetime | None:
    """A time of a form, which is in UTC; empty is at once."""
    if not told:
        return None
    try:
        return datetime.fromisoformat(told).replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidInput(f"{told!r} is no time: write it as 2027-01-12T06:00.") from error
