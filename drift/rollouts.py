"""New baselines that come cohort by cohort, and how their devices stand. Reads only.

What one person approved with one reason is one roll-out; it is on its way while a version of it is
to come or in its grace.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import ClassVar, Literal, TypeVarTuple, get_args

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from core.context import Context
from core.errors import NotFound
from drift.models import Baseline, Judged
from inventory.models import Device, Site
from organization.models import Person

Standing = Literal["waiting", "in_sync", "in_grace", "drifted", "not_judged", "replaced"]
Columns = TypeVarTuple("Columns")
STANDINGS: tuple[Standing, ...] = get_args(Standing)
"""`replaced` are versions withdrawn or followed by a later approval."""


class NoRollout(NotFound):
    """The baseline is no part of a roll-out that the person may see."""

    code: ClassVar[str] = "no_rollout"


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortStanding:
    """One cohort; without a number it is all devices of an approval for one date."""

    number: int | None
    valid_from: datetime
    grace_until: datetime | None
    devices: int
    counts: Mapping[Standing, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """What was approved together. `id` is that of its first baseline that the person may see."""

    id: int
    reason: str
    approved_by: str
    source: str
    cohorts: tuple[CohortStanding, ...]
    under_way: bool

    @property
    def devices(self) -> int:
        return sum(one.devices for one in self.cohorts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """The devices of one cohort that stand alike."""

    reason: str
    approved_by_id: int | None
    cohort: int | None
    standing: Standing
    devices: int
    first: int
    source: str
    valid_from: datetime
    grace_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One device of a roll-out."""

    device_id: int
    hostname: str
    version: int
    cohort: int | None
    valid_from: datetime
    grace_until: datetime | None
    standing: Standing
    judged_at: datetime | None


def list_rollouts(ctx: Context) -> tuple[Rollout, ...]:
    """Those with a version that holds or will, the newest first.

    Needs `snapshot.read` and `drift.read`; counts the devices where the person has both.
    """
    told = sorted(_counted(ctx), key=lambda one: (one.reason, one.approved_by_id or 0))
    grouped = groupby(told, key=lambda one: (one.reason, one.approved_by_id))
    found = [_rollout(ctx, list(group)) for _, group in grouped]
    living = (one for one in found if any(_lives(cohort) for cohort in one.cohorts))
    return tuple(sorted(living, key=lambda one: one.id, reverse=True))


def rollout_of(ctx: Context, baseline_id: int) -> Rollout:
    """The roll-out to which a baseline belongs, or NoRollout."""
    row = ctx.get(Baseline, baseline_id)
    ctx.require("snapshot.read", row)
    ctx.require("drift.read", row)
    told = _counted(ctx, _same(row))
    if not told:
        raise NoRollout(
            f"{row.label} came at once and alone; the device's baselines tell of it.",
            baseline=baseline_id,
        )
    return _rollout(ctx, told)


def members(
    ctx: Context, baseline_id: int, *, cohort: int | None = None,
    standing: Standing | None = None, after: str | None = None, limit: int = 50,
) -> tuple[Member, ...]:  # fmt: skip
    """The devices of the roll-out to which a baseline belongs, by hostname."""
    row = ctx.get(Baseline, baseline_id)
    ctx.require("snapshot.read", row)
    stands = _standing(ctx.now())
    columns = select(
        Device.id,
        Device.hostname,
        Baseline.version,
        Baseline.cohort,
        Baseline.valid_from,
        Baseline.grace_until,
        stands.label("standing"),
        Judged.judged_at,
    )
    rows = _joined(ctx, columns).where(_same(row))
    if cohort is not None:
        rows = rows.where(Baseline.cohort == cohort)
    if standing is not None:
        rows = rows.where(stands == standing)
    if after is not None:
        rows = rows.where(Device.hostname > after)
    rows = rows.order_by(Device.hostname, Baseline.version.desc())
    rows = rows.ext(distinct_on(Device.hostname))
    return tuple(
        Member(
            device_id=one.id, hostname=one.hostname, version=one.version, cohort=one.cohort,
            valid_from=one.valid_from, grace_until=one.grace_until, standing=one.standing,
            judged_at=one.judged_at,
        )
        for one in ctx.session.execute(rows.limit(limit))
    )  # fmt: skip


def _same(row: Baseline) -> ColumnElement[bool]:
    return and_(
        Baseline.reason == row.reason,
        Baseline.approved_by_id.is_not_distinct_from(row.approved_by_id),
    )


def _standing(now: datetime) -> ColumnElement[str]:
    """How the device of a version stands to it; a judgement counts if it was by this version."""
    over = or_(Baseline.valid_until <= now, Baseline.valid_until == Baseline.valid_from)
    judged = Judged.baseline_id == Baseline.id
    return case(
        (over, "replaced"),
        (Baseline.valid_from > now, "waiting"),
        (and_(judged, Judged.outcome == "in_sync"), "in_sync"),
        (
            and_(judged, Judged.outcome == "in_grace", Baseline.grace_until > now),
            "in_grace",
        ),
        (and_(judged, Judged.outcome.in_(("drifted", "suppressed"))), "drifted"),
        else_="not_judged",
    )


def _joined(ctx: Context, columns: Select[*Columns]) -> Select[*Columns]:
    """The versions of roll-outs, where the person may see them and how devices stand."""
    units, now = ctx.units("snapshot.read") & ctx.units("drift.read"), ctx.now()
    planned = or_(
        Baseline.cohort.is_not(None), Baseline.valid_from > now, Baseline.grace_until > now
    )
    return (
        columns.select_from(Baseline)
        .join(Device, Device.id == Baseline.device_id)
        .join(Site, Site.id == Device.site_id)
        .outerjoin(Judged, Judged.device_id == Device.id)
        .where(Device.owned_by(units), planned)
    )


def _counted(ctx: Context, *wanted: ColumnElement[bool]) -> list[_Count]:
    stands = _standing(ctx.now()).label("standing")
    columns = select(
        Baseline.reason, Baseline.approved_by_id, Baseline.cohort, stands,
        func.count().label("devices"), func.min(Baseline.id).label("first"),
        func.min(Baseline.source).label("source"),
        func.min(Baseline.valid_from).label("valid_from"),
        func.max(Baseline.grace_until).label("grace_until"),
    )  # fmt: skip
    alike = (Baseline.reason, Baseline.approved_by_id, Baseline.cohort, stands)
    rows = _joined(ctx, columns).where(*wanted).group_by(*alike)
    return [_Count(**row._asdict()) for row in ctx.session.execute(rows)]


def _rollout(ctx: Context, told: Sequence[_Count]) -> Rollout:
    by_cohort: dict[int | None, list[_Count]] = defaultdict(list)
    for one in told:
        by_cohort[one.cohort].append(one)
    numbers = sorted(by_cohort, key=lambda number: number or 0)
    cohorts = tuple(_cohort(number, by_cohort[number]) for number in numbers)
    now, person = ctx.now(), told[0].approved_by_id
    return Rollout(
        id=min(one.first for one in told), reason=told[0].reason, source=told[0].source,
        approved_by=ctx.get(Person, person).username if person else "", cohorts=cohorts,
        under_way=any(one.counts["waiting"] or _in_grace(one, now) for one in cohorts),
    )  # fmt: skip


def _cohort(number: int | None, told: Sequence[_Count]) -> CohortStanding:
    counts = {one.standing: one.devices for one in told}
    graces = [one.grace_until for one in told if one.grace_until is not None]
    return CohortStanding(
        number=number, valid_from=min(one.valid_from for one in told),
        grace_until=max(graces, default=None), devices=sum(counts.values()),
        counts={name: counts.get(name, 0) for name in STANDINGS},
    )  # fmt: skip


def _lives(cohort: CohortStanding) -> bool:
    return cohort.counts["replaced"] < cohort.devices


def _in_grace(cohort: CohortStanding, now: datetime) -> bool:
    return _lives(cohort) and cohort.grace_until is not None and cohort.grace_until > now
