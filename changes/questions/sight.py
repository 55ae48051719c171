"""Which audit records a person sees: all, or what the units that they audit have to do with.

A record is in sight of whoever audits some units only when its subject lies in them, when it is a
change's own that touches a device of theirs, or when a person did it who holds or held a post
there, as the auditor does. What a change did as a whole, its runs and their events, is in sight
where all of its devices lie there; packs are cut alike. What is no row any more, or belongs to no
unit, is for who audits everything.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.sql.expression import cast

from changes.calendar.models import ChangeWindow, Freeze
from changes.catalogue.models import StandardChange
from changes.maintenance.models import MaintenancePlan
from changes.models import ChangeRequest
from changes.questions import scope
from changes.questions.saved_models import KeptAnswer, SavedQuestion
from changes.risk.models import RiskPolicy
from core.audit import AuditRecord
from core.context import Context
from core.sight import AUDIT, Sight
from drift.models import Baseline, ExpectedFacts, Finding
from drift.noise.models import NoiseMask
from inventory.candidates.models import Candidate, DiscoveryRange, DiscoveryRun
from inventory.models import Credential, Device, Site
from inventory.original_models import Original
from inventory.report_models import DeviceReport
from inventory.snapshot_models import Snapshot
from operations.models import Event, Problem
from operations.queue_models import WorkerQueue
from operations.schedule_models import Schedule
from organization.models import Clause, Policy, PolicyVersion, Post, Unit
from organization.permissions import Remembering

PARTLY = (
    "These are the records of the units that you audit; others are seen by who audits the whole "
    "organization."
)
OF_UNITS = (
    Post, Site, Credential, Policy, StandardChange, RiskPolicy, NoiseMask, DiscoveryRange,
    DiscoveryRun, Candidate, Problem, Schedule, WorkerQueue, MaintenancePlan, SavedQuestion,
)  # fmt: skip
"""Tables whose rows name their unit."""
OF_DEVICES = (Snapshot, Original, DeviceReport, Baseline, ExpectedFacts, Finding, Event)
"""Tables whose rows name their device."""
PACK = "evidence_pack"
_NUMBER = r"^[0-9]{1,18}$"  # what PostgreSQL takes for a bigint


def in_sight(ctx: Context) -> Sight | None:
    """What records have to meet; None for who audits the whole organization and sees them all."""
    if ctx.authority.allows(ctx.session, ctx.person, AUDIT, None):
        return None
    once = replace(ctx, authority=Remembering(ctx.authority))
    return lambda record: _met(once, record)


def _met(ctx: Context, record: type[AuditRecord]) -> ColumnElement[bool]:
    """Each record is asked about by itself, by keys: a page of the newest ones needs few."""
    kind, number = _subject(record)
    change = case((kind == ChangeRequest.__tablename__, number), else_=record.change_id)
    unit = case(
        {name: query.correlate(record).scalar_subquery() for name, query in _units(number).items()},
        value=kind,
    )
    of_all = and_(unit.is_(None), scope.audited_whole(ctx, change))
    return or_(
        record.actor_id.in_(scope.posted(ctx)), unit.in_(ctx.units(AUDIT)),
        and_(scope.audited(ctx, change), or_(kind == ChangeRequest.__tablename__, of_all)),
    )  # fmt: skip


def _subject(record: type[AuditRecord]) -> tuple[ColumnElement[str], ColumnElement[int]]:
    """The type and the number of what a record is about; of a pack, of what the pack is about."""
    is_pack, about = record.subject_type == PACK, record.facts["about"]
    kind = case((is_pack, about["type"].as_string()), else_=record.subject_type)
    key = case((is_pack, about["id"].as_string()), else_=record.subject_id)
    return kind, case((key.regexp_match(_NUMBER), cast(key, BigInteger)))


def _units(number: ColumnElement[int]) -> Mapping[str, Select[int] | Select[int | None]]:
    """By type of subject, the unit that the row of this number lies in."""
    owner = func.coalesce(Device.unit_id, Site.unit_id)
    device = select(owner).select_from(Device).join(Site, Site.id == Device.site_id)
    return {
        Unit.__tablename__: select(Unit.id).where(Unit.id == number),
        Device.__tablename__: device.where(Device.id == number),
        Clause.__tablename__: select(Policy.unit_id)
        .join(PolicyVersion, PolicyVersion.policy_id == Policy.id)
        .join(Clause, Clause.policy_version_id == PolicyVersion.id)
        .where(Clause.id == number),
        KeptAnswer.__tablename__: select(SavedQuestion.unit_id)
        .join(KeptAnswer, KeptAnswer.saved_question_id == SavedQuestion.id)
        .where(KeptAnswer.id == number),
        **{one.__tablename__: select(one.unit_id).where(one.id == number) for one in OF_UNITS},
        **{
            one.__tablename__: device.join(one, one.device_id == Device.id).where(
                next(iter(one.__mapper__.primary_key)) == number
            )
            for one in OF_DEVICES
        },
        **{
            one.__tablename__: select(func.coalesce(Site.unit_id, one.unit_id))
            .select_from(one)
            .outerjoin(Site, Site.id == one.site_id)
            .where(one.id == number)
            for one in (ChangeWindow, Freeze)
        },
    }
