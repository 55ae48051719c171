"""Approved configurations over REST: versions, approval of a snapshot or of an intended text."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import AwareDatetime, Field

from api.access import Ctx
from api.pages import After, Limit, Page, page_before, page_within
from api.rest.facts import DifferenceOut
from api.shapes import Body, Key, LongText, Number, OfRow, Reason, Text
from drift import baselines, versions
from drift.baselines import Terms
from drift.intent import proposals
from drift.intent.cohorts import Cohort
from drift.models import Baseline

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
    grace_until: datetime | None
    cohort: int | None
    sections: list[str] = Field(description="Patterns of what is managed; empty: everything.")
    provenance: str


class TermsIn(Body):
    """From when a baseline holds, and how long the one before it is borne with."""

    valid_from: AwareDatetime | None = Field(None, description="None: at once.")
    grace_hours: int = Field(0, ge=0, le=24 * 366)


class ManagedIn(TermsIn):
    sections: list[Text] | None = Field(
        None, description="First words of managed sections; none: as before, empty: everything."
    )

    def terms(self) -> Terms:
        return Terms(
            valid_from=self.valid_from, grace=timedelta(hours=self.grace_hours),
            sections=None if self.sections is None else tuple(self.sections),
        )  # fmt: skip


class BaselineIn(ManagedIn):
    snapshot_id: Number
    reason: Text


class IntendedIn(ManagedIn):
    text: LongText
    reason: Text


class ProposalOut(OfRow):
    """What a source intends for a device, beside its newest baseline."""

    device_id: int
    hostname: str
    source: str
    provenance: str
    text: str
    sections: list[str]
    digest: str = Field(description="Approve exactly this.")
    version: int | None
    news: bool
    differences: list[DifferenceOut]


class ProposalIn(TermsIn):
    digest: Text
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
    made = baselines.approve_snapshot(ctx, body.snapshot_id, reason=body.reason, terms=body.terms())
    return baseline_out(made)


@router.get("/devices/{device_id}/baselines")
def list_versions(
    device_id: Key, ctx: Ctx, limit: Limit = 50, after: After = None
) -> Page[BaselineOut]:
    """All versions of a device's baseline, the newest first."""
    rows = baselines.versions(ctx, device_id)
    return page_before(rows, baseline_out, lambda row: row.version, after=after, limit=limit)


@router.post("/devices/{device_id}/baselines", status_code=201)
def set_intended(device_id: Key, body: IntendedIn, ctx: Ctx) -> BaselineOut:
    """Make a written configuration the device's baseline; secrets in it are redacted."""
    made = baselines.set_intended(ctx, device_id, body.text, reason=body.reason, terms=body.terms())
    return baseline_out(made)


@router.get("/devices/{device_id}/intended")
def intended(device_id: Key, ctx: Ctx) -> ProposalOut:
    """What the device's source intends, and how that differs from its newest baseline."""
    found = proposals.propose(ctx, device_id)
    names = [name for name in ProposalOut.model_fields if name != "differences"]
    differences = found.judged.differences if found.judged else ()
    return ProposalOut(
        **{name: getattr(found, name) for name in names},
        differences=[DifferenceOut.of(one) for one in differences],
    )


@router.post("/devices/{device_id}/intended/approvals", status_code=201)
def approve_intended(device_id: Key, body: ProposalIn, ctx: Ctx) -> BaselineOut:
    """Make exactly the text that was shown under a digest the device's baseline."""
    made = proposals.approve_shown(
        ctx, device_id, digest=body.digest, reason=body.reason,
        cohort=Cohort(size="rest", valid_from=body.valid_from),
        grace=timedelta(hours=body.grace_hours),
    )  # fmt: skip
    return baseline_out(made)


@router.post("/devices/{device_id}/baselines/{version}/withdrawal")
def withdraw(device_id: Key, version: Key, body: Reason, ctx: Ctx) -> BaselineOut:
    """Take back a version that does not hold yet; the one before it goes on holding."""
    row = versions.numbered(ctx, device_id, version)
    return baseline_out(baselines.withdraw(ctx, row.id, reason=body.reason))


@router.get("/devices/{device_id}/baselines/{version}/text", response_class=PlainTextResponse)
def baseline_text(device_id: Key, version: Key, ctx: Ctx) -> str:
    """The configuration that a version asks for, secrets redacted."""
    return baselines.text(ctx, versions.numbered(ctx, device_id, version))
