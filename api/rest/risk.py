"""Risk formulas over REST: what holds, its versions, publishing one, trying one on the past."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field, JsonValue

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.shapes import LARGEST, Body, Key, OfRow, Text
from changes.risk import policies, trial
from changes.risk.models import RiskPolicy
from changes.risk.trial import MOST, Tried
from core.context import Context
from organization.models import Unit
from organization.units import by_code

router = APIRouter(prefix="/risk", tags=["risk"])
Version = Annotated[int, Query(ge=0, le=LARGEST, description="An id; 0 is Trimtab's own formula.")]
Code = Annotated[str | None, Query(description="A unit's code; without one, everybody's.")]
FormulaText = Annotated[Text, Field(max_length=100_000)]


class FormulaOut(OfRow):
    """The text of a formula, YAML or JSON."""

    text: str


class VersionOut(OfRow):
    """A published version; without a unit it is everybody's."""

    id: int
    version: int
    unit_code: str | None
    digest: str
    reason: str
    published_by_id: int | None
    published_at: datetime


class PolicyOut(VersionOut):
    text: str


class AlteredOut(OfRow):
    place: str
    before: JsonValue
    after: JsonValue


class ReasonOut(OfRow):
    code: str
    words: str
    points: int


class RiskOut(OfRow):
    level: Literal["low", "medium", "high"]
    score: int
    reasons: list[ReasonOut]
    approvals: int
    canary: int
    window_required: bool
    stages: list[str]
    policy: str


class TriedOut(OfRow):
    """`approved` is the risk in the change's plan, `now` by what holds, `then` by what is tried."""

    change_id: int
    title: str
    state: str
    devices: int
    approved: RiskOut | None
    now: RiskOut
    then: RiskOut


class PublishIn(Body):
    text: str = Field(max_length=100_000)
    unit_code: Text | None = None
    reason: Text


class TrialIn(Body):
    """The formula to try on so many of the newest changes."""

    text: str = Field(max_length=100_000)
    limit: Annotated[int, Field(ge=1, le=MOST)] = 20


def _unit(ctx: Context, code: str | None) -> Unit | None:
    return by_code(ctx, code) if code else None


def _version(row: RiskPolicy) -> VersionOut:
    return VersionOut(**_told(row))


def _told(row: RiskPolicy) -> dict[str, object]:
    return {
        "id": row.id, "version": row.version, "unit_code": row.unit.code if row.unit else None,
        "digest": row.digest, "reason": row.reason, "published_by_id": row.published_by_id,
        "published_at": row.published_at,
    }  # fmt: skip


def _tried(one: Tried) -> TriedOut:
    return TriedOut(
        change_id=one.change.id, title=one.change.title, state=one.change.state,
        devices=one.devices, approved=RiskOut.of(one.approved) if one.approved else None,
        now=RiskOut.of(one.now), then=RiskOut.of(one.then),
    )  # fmt: skip


@router.get("/formula")
def formula_in_force(ctx: Ctx, unit_code: Code = None) -> FormulaOut:
    """The formula that holds for a unit's devices."""
    return FormulaOut(text=policies.text_in_force(ctx, _unit(ctx, unit_code)))


@router.get("/policies")
def list_versions(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[VersionOut]:
    """Every published version, the newest first."""
    rows = policies.list_versions(ctx, before=after, limit=limit)
    return page_of(rows, _version, lambda row: row.id, limit=limit)


@router.get("/comparison")
def compare_versions(ctx: Ctx, left: Version, right: Version) -> list[AlteredOut]:
    """Where two versions say different things."""
    return [AlteredOut.of(one) for one in policies.compare(ctx, left, right)]


@router.get("/policies/{policy_id}")
def get_version(policy_id: Key, ctx: Ctx) -> PolicyOut:
    row = policies.get_version(ctx, policy_id)
    return PolicyOut(text=row.body, **_told(row))


@router.post("/policies", status_code=201)
def publish(body: PublishIn, ctx: Ctx) -> VersionOut:
    """Publish the next version, of a unit or of everybody; for changes planned from now on."""
    unit = _unit(ctx, body.unit_code)
    return _version(policies.publish(ctx, body.text, unit=unit, reason=body.reason))


@router.post("/trial")
def try_formula(body: TrialIn, ctx: Ctx) -> list[TriedOut]:
    """What a formula would have said of the newest changes; nothing is published."""
    return [_tried(one) for one in trial.try_formula(ctx, body.text, limit=body.limit)]
