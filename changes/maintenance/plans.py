"""Maintenance plans: made, listed, ended, and what their runs found. Runs none itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from changes.catalogue.entries import offered
from changes.errors import NothingToDo, WrongState
from changes.maintenance.models import MaintenancePlan, MaintenanceResult
from changes.maintenance.options import Health, checked
from changes.playbooks import check_variables, playbook
from core.actor import Actor
from core.audit import Fact
from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound
from inventory.models import Device
from inventory.sites import site_by_code
from operations import schedules
from organization.models import Unit
from organization.units import units_below

JOB = "maintenance.run"
PLANNER = Actor(name="trimtab", granted=frozenset({"schedule.write"}))
"""Keeps the schedule of a plan, whose own permission is `maintenance.write`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a plan says; without devices and site it reaches all of its unit and below."""

    name: str
    kind: str
    trigger: str  # as a schedule's: `every 1d`, or a crontab line
    purpose: str = ""
    timezone: str = "UTC"
    device_ids: tuple[int, ...] = ()
    site: str | None = None
    options: Mapping[str, Fact] = field(default_factory=dict)


def create(ctx: Context, unit: Unit, told: Planned) -> MaintenancePlan:
    """A new plan of a unit with its schedule. Needs `maintenance.write` there.

    Raises InvalidInput for options, InvalidTrigger, UnknownPlaybook and the like before anything
    is kept; Conflict for a name that is taken.
    """
    ctx.require("maintenance.write", unit)
    name = told.name.strip()
    if not name:
        raise InvalidInput("A maintenance plan needs a name.", field="name")
    if ctx.session.scalar(select(MaintenancePlan.id).where(MaintenancePlan.name == name)):
        raise Conflict(f"There is a maintenance plan {name} already; choose another name.")
    if ctx.person.person_id is None:
        raise InvalidInput("A maintenance plan is made by a person, who answers for it.")
    options = checked(told.kind, told.options)
    _check(ctx, unit, told, options)
    plan = ctx.add(
        MaintenancePlan(
            name=name, kind=told.kind, purpose=told.purpose.strip(), unit_id=unit.id,
            device_ids=list(told.device_ids), site=told.site, options=options,
            created_by_id=ctx.person.person_id, created_at=ctx.now(),
        )
    )  # fmt: skip
    plan.schedule = schedules.create_schedule(
        replace(ctx, person=PLANNER), name=f"maintenance {name}", job=JOB, trigger=told.trigger,
        timezone=told.timezone, unit_id=unit.id, args={"plan_id": plan.id},
    )  # fmt: skip
    ctx.record(
        "maintenance.planned", plan, kind=plan.kind, trigger=told.trigger, options=options,
        devices=plan.device_ids, site=plan.site,
    )  # fmt: skip
    return plan


def _check(ctx: Context, unit: Unit, told: Planned, options: Mapping[str, Fact]) -> None:
    """The devices lie in the unit, and what runs on them changes nothing, or is offered."""
    units = units_below(ctx, unit.id)
    for key in told.device_ids:
        device = ctx.get(Device, key)
        if device.governing_unit_id not in units or device.state == "retired":
            raise InvalidInput(
                f"{device.hostname} is not of {unit.code} and below, or retired.", field="devices"
            )
    if told.site is not None:
        site_by_code(ctx, told.site)
    if told.kind == "health":
        for one in Health.model_validate(options).checks:
            book = playbook(one.playbook)
            if book.risk != "none":
                raise InvalidInput(
                    f"The playbook {book.name} may change devices (risk {book.risk}); a health "
                    "check only looks.",
                    field="options",
                )
            check_variables(book, one.variables)
    if told.kind == "standard":
        offered(ctx, str(options["entry"]))


def end(ctx: Context, plan_id: int, *, reason: str) -> MaintenancePlan:
    """It runs no more; its results stay. Needs `maintenance.write`."""
    plan = ctx.get_locked(MaintenancePlan, plan_id)
    ctx.require("maintenance.write", plan)
    require_lives(plan)
    plan.ended_at = ctx.now()
    if plan.schedule is not None and plan.schedule.enabled:
        schedules.pause(replace(ctx, person=PLANNER), plan.schedule.id)
    ctx.record("maintenance.ended", plan, reason=reason)
    return plan


def run_now(ctx: Context, plan_id: int) -> MaintenancePlan:
    """Make it due at once; the clock has a worker run it. Needs `maintenance.write`."""
    plan = ctx.get(MaintenancePlan, plan_id)
    ctx.require("maintenance.write", plan)
    require_lives(plan)
    if plan.schedule is None:
        raise NothingToDo(f"The maintenance plan {plan.name} has no schedule.")
    schedules.fire_now(replace(ctx, person=PLANNER), plan.schedule.id)
    ctx.record("maintenance.hastened", plan)
    return plan


def require_lives(plan: MaintenancePlan) -> None:
    if plan.ended_at is not None:
        raise WrongState(f"The maintenance plan {plan.name} was ended; make another one.")


def list_plans(ctx: Context) -> Sequence[MaintenancePlan]:
    """The plans of one's units that were not ended, by name."""
    query = select(MaintenancePlan).where(
        MaintenancePlan.ended_at.is_(None),
        MaintenancePlan.unit_id.in_(ctx.units("maintenance.read")),
    )
    return ctx.session.scalars(query.order_by(MaintenancePlan.name)).all()


def get(ctx: Context, plan_id: int) -> MaintenancePlan:
    plan = ctx.get(MaintenancePlan, plan_id)
    ctx.require("maintenance.read", plan)
    return plan


def by_name(ctx: Context, name: str) -> MaintenancePlan:
    """The plan of that name, or NotFound."""
    plan = ctx.session.scalar(select(MaintenancePlan).where(MaintenancePlan.name == name.strip()))
    if plan is None:
        raise NotFound(f"There is no maintenance plan {name}; `trimtab maintenance list`.")
    ctx.require("maintenance.read", plan)
    return plan


def last_results(ctx: Context, plan: MaintenancePlan) -> Sequence[MaintenanceResult]:
    """What its last run found: what is not as it should be first. Needs `maintenance.read`."""
    ctx.require("maintenance.read", plan)
    last = (
        select(func.max(MaintenanceResult.began_at))
        .where(MaintenanceResult.plan_id == plan.id)
        .scalar_subquery()
    )
    query = select(MaintenanceResult).where(
        MaintenanceResult.plan_id == plan.id, MaintenanceResult.began_at == last
    )
    found = ctx.session.scalars(query.order_by(MaintenanceResult.subject)).all()
    return sorted(found, key=lambda one: one.outcome == "passed")
