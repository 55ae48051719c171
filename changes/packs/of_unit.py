"""What belongs to a pack of a unit, and those below it, over a period. Reads only."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from changes.calendar.models import ChangeWindow, Freeze
from changes.catalogue.models import StandardChange
from changes.packs import selecting
from changes.packs.model import Gathered, OfUnit, Period
from changes.packs.of_changes import part_of
from changes.packs.of_device import snapshots_of, subjects, touching
from changes.packs.unit_report import report
from changes.questions import scope
from changes.risk.models import RiskPolicy
from core.audit import Subject
from core.context import Context
from inventory.models import Credential, Device, Site
from inventory.snapshot_models import Snapshot
from organization.models import Policy, Post
from organization.units import by_code, units_below

LEFT_OUT = (
    (
        "Which sites, devices and posts belong to the unit is as it is now; none of them can "
        "be moved to another one once it is set up."
    ),
    (
        "Changes that touched a device of the unit are told from their request to their end, "
        "also beyond the period. Of changes that concern devices of other units too, what is "
        "about those is left out, and so are the plan and the log of the execution: the "
        "change's own pack has them. The change's own records name all of its devices, as they "
        "were sealed so."
    ),
    (
        "Sign-ins and tokens of persons belong to no unit and are left out; the question what "
        "a person did tells them."
    ),
    (
        "The texts of baselines that were written by hand are left out; their digests are in "
        "the records."
    ),
)


def gather(ctx: Context, wanted: OfUnit) -> Gathered:
    """All that was recorded in the unit in the period. Needs `audit.read` in it."""
    unit, period = by_code(ctx, wanted.code), wanted.period
    ctx.require(scope.AUDIT, unit)
    units = units_below(ctx, unit.id)
    devices = devices_of(ctx, units)
    changes = touching(ctx, devices, period)
    part = part_of(ctx, changes, only=devices)
    shown = snapshots_of(ctx, devices, period)
    about = selecting.merged(subjects(ctx, devices), _owned(ctx, units))
    records = part.records | selecting.about(ctx, about, period=period)
    records |= _collections(ctx, shown, period)
    return Gathered(
        subject=Subject(type="unit", id=str(unit.id), label=unit.label), period=period,
        records=records,
        report=report(
            ctx, unit, period, units=units, devices=devices, configurations=len(shown),
            changes=changes,
        ),
        since=period.since, left_out=LEFT_OUT, changes=part.whole,
        texts=part.texts | {one.digest for one in shown},
    )  # fmt: skip


def devices_of(ctx: Context, units: frozenset[int]) -> frozenset[int]:
    """Every device of these units, retired ones too."""
    query = select(Device.id).join(Site, Site.id == Device.site_id).where(Device.owned_by(units))
    return frozenset(ctx.session.scalars(query))


def _collections(ctx: Context, shown: Sequence[Snapshot], period: Period) -> frozenset[int]:
    by_device: dict[int, set[bytes]] = {}
    for one in shown:
        by_device.setdefault(one.device_id, set()).add(one.digest)
    return selecting.collections(ctx, by_device, until=period.until) if by_device else frozenset()


def _owned(ctx: Context, units: frozenset[int]) -> selecting.Subjects:
    """What belongs to the units themselves: posts, sites, logins, policies, the calendar."""
    found: dict[str, Sequence[int]] = {"unit": sorted(units)}
    for table in (Post, Site, Credential, Policy, StandardChange, RiskPolicy):
        owned = select(table.id).where(table.unit_id.in_(units))
        found[table.__tablename__] = ctx.session.scalars(owned).all()
    sites = found[Site.__tablename__]
    for series in (ChangeWindow, Freeze):
        held = select(series.id).where(or_(series.unit_id.in_(units), series.site_id.in_(sites)))
        found[series.__tablename__] = ctx.session.scalars(held).all()
    return found
