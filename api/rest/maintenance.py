"""Maintenance plans and what their runs found over REST."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field, JsonValue

from api.access import Ctx
from api.shapes import Body, Key, Number, OfRow, Reason, Text
from changes.maintenance import passwords, plans
from changes.maintenance.models import MaintenancePlan
from changes.maintenance.plans import Planned
from inventory.credentials import credential_by_name
from organization.units import by_code

router = APIRouter(tags=["maintenance"])


class PlanOut(BaseModel):
    """`trigger` and `next_fire_at` are those of its schedule."""

    id: int
    name: str
    kind: str
    purpose: str
    unit_id: int
    device_ids: list[int]
    site: str | None
    options: dict[str, JsonValue]
    trigger: str
    next_fire_at: datetime | None
    created_by_id: int
    created_at: datetime
    ended_at: datetime | None


class PlanIn(Body):
    """`kind` is health, backup, certificates, unsaved, passwords or standard; `options` as that."""

    unit_code: Text
    name: Text
    kind: Text
    trigger: Text
    purpose: str = Field("", max_length=10_000)
    timezone: Text = "UTC"
    device_ids: list[Number] = Field(default_factory=list, max_length=10_000)
    site: Text | None = None
    options: dict[str, JsonValue] = Field(default_factory=dict)


class ResultOut(OfRow):
    subject: str
    device_id: int | None
    outcome: str
    detail: str
    began_at: datetime
    looked_at: datetime


class RotatedIn(Body):
    note: Text


class LoginOut(OfRow):
    id: int
    name: str


def plan_out(row: MaintenancePlan) -> PlanOut:
    own = {"trigger", "next_fire_at"}
    told = {name: getattr(row, name) for name in PlanOut.model_fields if name not in own}
    schedule = row.schedule
    return PlanOut(
        **told, trigger=schedule.trigger if schedule else "",
        next_fire_at=schedule.next_fire_at if schedule else None,
    )  # fmt: skip


@router.get("/maintenance")
def list_plans(ctx: Ctx) -> list[PlanOut]:
    return [plan_out(one) for one in plans.list_plans(ctx)]


@router.post("/maintenance", status_code=201)
def create(body: PlanIn, ctx: Ctx) -> PlanOut:
    """Make a plan of a unit; its schedule fires it."""
    told = Planned(
        name=body.name, kind=body.kind, trigger=body.trigger, purpose=body.purpose,
        timezone=body.timezone, device_ids=tuple(body.device_ids), site=body.site,
        options=body.options,
    )  # fmt: skip
    return plan_out(plans.create(ctx, by_code(ctx, body.unit_code), told))


@router.get("/maintenance/{plan_id}")
def get_plan(plan_id: Key, ctx: Ctx) -> PlanOut:
    return plan_out(plans.get(ctx, plan_id))


@router.get("/maintenance/{plan_id}/results")
def results(plan_id: Key, ctx: Ctx) -> list[ResultOut]:
    """What the last run found, what is not as it should be first."""
    return [ResultOut.of(one) for one in plans.last_results(ctx, plans.get(ctx, plan_id))]


@router.post("/maintenance/{plan_id}/run", status_code=202)
def run_now(plan_id: Key, ctx: Ctx) -> PlanOut:
    """Make the plan due at once; a worker runs it."""
    return plan_out(plans.run_now(ctx, plan_id))


@router.post("/maintenance/{plan_id}/end", status_code=201)
def end(plan_id: Key, body: Reason, ctx: Ctx) -> PlanOut:
    return plan_out(plans.end(ctx, plan_id, reason=body.reason))


@router.post("/credentials/{credential}/rotation", status_code=201)
def rotated(credential: str, body: RotatedIn, ctx: Ctx) -> LoginOut:
    """State that a login's password was changed now, where nobody else can know that."""
    return LoginOut.of(
        passwords.state_rotation(ctx, credential_by_name(ctx, credential), note=body.note)
    )
