"""Run a maintenance plan: look at its subjects, keep what was found, raise and close events.

No transaction is open while a device, a server or Ansible is asked.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from changes.errors import NothingToDo
from changes.maintenance import backups, certificates, passwords, proposals, unsaved
from changes.maintenance.backups import Replay, RestoreTarget
from changes.maintenance.health import Doctor
from changes.maintenance.models import MaintenancePlan, MaintenanceResult
from changes.maintenance.options import Backup, Certificates, Health, Passwords
from changes.maintenance.plans import require_lives
from changes.maintenance.seen import About, Contexts, Outcome, Seen
from core.actor import Actor
from core.audit import Fact
from core.context import Context
from inventory.models import Device, Site
from operations import events
from operations.events import Notice, Severity
from operations.models import Event
from organization.units import units_below

SEVERITY: Mapping[Outcome, Severity] = {"attention": "minor", "failed": "major", "passed": "info"}
KEEPER = Actor(name="trimtab", granted=frozenset({"event.write"}))
"""Closes the events of what is as it should be again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Where backups are restored to, and whether a run may go on."""

    target: RestoreTarget = field(default_factory=Replay)
    go_on: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A plan as it is run, read once at the beginning."""

    plan_id: int
    kind: str
    options: Mapping[str, Fact]
    devices: tuple[About, ...]


PLAIN = Tools()


def run(contexts: Contexts, plan_id: int, *, tools: Tools = PLAIN) -> tuple[Seen, ...]:
    """Look at everything that the plan reaches; what was found is kept. Needs `maintenance.write`.

    Raises WrongState for a plan that was ended, NothingToDo for one that reaches nothing.
    """
    with contexts() as ctx:
        plan = ctx.get(MaintenancePlan, plan_id)
        ctx.require("maintenance.write", plan)
        require_lives(plan)
        begun = Run(
            plan_id=plan_id, kind=plan.kind, options=plan.options, devices=reached(ctx, plan)
        )
        began_at = ctx.now()
        if not begun.devices and not plan.options.get("endpoints"):
            raise NothingToDo(f"The maintenance plan {plan.name} reaches no active device.")
    seen = _looked(contexts, begun, tools)
    with contexts() as ctx:
        plan = ctx.get(MaintenancePlan, plan_id)
        ctx.session.add_all(
            MaintenanceResult(
                plan_id=plan_id, began_at=began_at, subject=one.subject, device_id=one.device_id,
                outcome=one.outcome, detail=one.detail, looked_at=ctx.now(),
            )
            for one in seen
        )  # fmt: skip
        counts = Counter(one.outcome for one in seen)
        ctx.record("maintenance.run", plan, kind=plan.kind, outcomes=dict(sorted(counts.items())))
        _tell(ctx, plan, seen)
    return tuple(seen)


def reached(ctx: Context, plan: MaintenancePlan) -> tuple[About, ...]:
    """The active devices of the plan, by hostname."""
    query = (
        select(Device)
        .join(Site, Site.id == Device.site_id)
        .where(Device.state == "active", Device.owned_by(units_below(ctx, plan.unit_id)))
    )
    if plan.device_ids:
        query = query.where(Device.id.in_(plan.device_ids))
    if plan.site is not None:
        query = query.where(Site.code == plan.site)
    return tuple(
        About(
            device_id=one.id, hostname=one.hostname, platform=one.platform, address=one.address
        )
        for one in ctx.session.scalars(query.order_by(Device.hostname))
    )  # fmt: skip


def _looked(contexts: Contexts, begun: Run, tools: Tools) -> Sequence[Seen]:
    with contexts() as ctx:
        settings, now = ctx.settings, ctx.now
        match begun.kind:
            case "unsaved":
                return unsaved.look(ctx, begun.devices)
            case "passwords":
                days = Passwords.model_validate(begun.options).days
                return passwords.look(ctx, [one.device_id for one in begun.devices], days=days)
            case "backup":
                told = Backup.model_validate(begun.options)
                return backups.look(ctx, begun.devices, tools.target, days=told.days)
    if begun.kind == "certificates":
        asked = Certificates.model_validate(begun.options)
        places = certificates.endpoints(asked, begun.devices)
        return certificates.look(places, asked, now=now, seconds=settings.device_timeout)
    if begun.kind == "standard":
        return proposals.propose(contexts, begun.plan_id, begun.devices)
    doctor = Doctor(contexts=contexts, settings=settings, go_on=tools.go_on)
    return doctor.look(begun.devices, Health.model_validate(begun.options).checks)


def _tell(ctx: Context, plan: MaintenancePlan, seen: Sequence[Seen]) -> None:
    """An event for each subject that is not as it should be, closed once it is again."""
    marks = {one.subject: f"maintenance:{plan.id}:{one.subject}" for one in seen}
    events.raise_events(
        ctx,
        [
            Notice(
                fingerprint=marks[one.subject], kind=f"maintenance_{plan.kind}",
                title=f"{plan.name}: {one.subject}", detail=one.detail,
                severity=SEVERITY[one.outcome], device_id=one.device_id,
            )
            for one in seen if one.outcome != "passed"
        ],
    )  # fmt: skip
    good = [marks[one.subject] for one in seen if one.outcome == "passed"]
    rows = select(Event.id).where(Event.fingerprint.in_(good), Event.state != "closed")
    over = dict.fromkeys(ctx.session.scalars(rows), "It is as it should be again.")
    if over:
        events.close_all(replace(ctx, person=KEEPER), over)
