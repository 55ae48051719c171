"""Risk formulas by policy: published in versions, for all or for a unit; the nearest one holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from changes.risk.formula import Formula, parse, shipped
from changes.risk.models import RiskPolicy
from core.audit import Fact
from core.context import Context
from core.errors import Conflict, InvalidInput
from drift.noise.reach import Parents, above, parents
from organization.models import Unit

SHIPPED = 0
"""The number under which the formula that comes with Trimtab is asked for."""


@dataclass(frozen=True, slots=True)
class Everywhere:
    """The whole organization, as what a formula without a unit is about."""

    label: str = "all units"
    governing_unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The texts of the formulas that hold now, by unit; None is everybody's."""

    texts: Mapping[int | None, str]
    parents: Parents

    def of(self, units: Iterable[int]) -> tuple[Formula, ...]:
        """The formulas for devices of these units, each once; without a unit everybody's."""
        found = [parse(self.nearest(one)) for one in set(units)] or [parse(self.nearest(None))]
        return tuple({one.digest: one for one in found}.values())

    def nearest(self, unit_id: int | None) -> str:
        """The text of the unit, or of the nearest one above it that has one."""
        holding = (one for one in above(unit_id, self.parents) if one in self.texts)
        return self.texts[next(holding, None)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """A place where two formulas differ; None where one of them has nothing there."""

    place: str
    before: Fact
    after: Fact


def publish(ctx: Context, text: str, *, unit: Unit | None, reason: str) -> RiskPolicy:
    """Publish the next version of a unit's formula, or of everybody's. Needs `policy.write` there.

    Raises PolicyBroken, naming the place, for one that cannot be read or goes below the floor, and
    Conflict where it says what holds already. Changes that were planned before keep their risk.
    """
    ctx.require("policy.write", unit or Everywhere())
    formula = parse(text)
    if not reason.strip():
        raise InvalidInput("A risk formula is published with a reason that auditors understand.")
    last = _last(ctx, unit)
    if last is not None and last.digest == formula.digest:
        raise Conflict(f"The {last.label} says the same already; nothing was published.")
    row = ctx.add(
        RiskPolicy(
            unit=unit, version=last.version + 1 if last else 1, body=text, digest=formula.digest,
            reason=reason, published_by_id=ctx.person.person_id, published_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.record(
        "risk_policy.published", row, version=row.version, digest=row.digest, reason=reason,
        unit=unit.code if unit else None,
    )  # fmt: skip
    return row


def current(ctx: Context) -> list[RiskPolicy]:
    """The version in force of every published formula: everybody's first, then by unit."""
    ctx.require("policy.read")
    return _newest(ctx)


def list_versions(ctx: Context, *, before: int | None = None, limit: int = 50) -> list[RiskPolicy]:
    """Every version of every formula, the newest first; `before` is the last id already seen."""
    ctx.require("policy.read")
    query = select(RiskPolicy).order_by(RiskPolicy.id.desc()).limit(limit)
    if before is not None:
        query = query.where(RiskPolicy.id < before)
    return list(ctx.session.scalars(query))


def get_version(ctx: Context, policy_id: int) -> RiskPolicy:
    ctx.require("policy.read")
    return ctx.get(RiskPolicy, policy_id)


def before(ctx: Context, policy: RiskPolicy) -> RiskPolicy | None:
    """The version before of the same formula; None before the first."""
    ctx.require("policy.read")
    same = select(RiskPolicy).where(RiskPolicy.unit_id.is_not_distinct_from(policy.unit_id))
    return ctx.session.scalar(same.where(RiskPolicy.version == policy.version - 1))


def text_of(ctx: Context, policy_id: int) -> str:
    """The text of a version; SHIPPED is the formula that comes with Trimtab."""
    ctx.require("policy.read")
    return shipped() if policy_id == SHIPPED else get_version(ctx, policy_id).body


def compare(ctx: Context, left: int, right: int) -> list[Altered]:
    """Where two versions (ids, or SHIPPED) say different things, in the order of the places."""
    before, after = (_flat(parse(text_of(ctx, one))) for one in (left, right))
    places = sorted(before.keys() | after.keys())
    return [
        Altered(place=place, before=before.get(place), after=after.get(place))
        for place in places
        if before.get(place) != after.get(place)
    ]


def in_force(ctx: Context) -> InForce:
    """All formulas that hold now; two statements. For the platform's own use: checks nothing."""
    texts: dict[int | None, str] = {None: shipped()}
    texts |= {row.unit_id: row.body for row in _newest(ctx)}
    return InForce(texts=texts, parents=parents(ctx))


def text_in_force(ctx: Context, unit: Unit | None) -> str:
    """The text that holds for the devices of a unit; without one, everybody's."""
    ctx.require("policy.read")
    return in_force(ctx).nearest(unit.id if unit else None)


def _last(ctx: Context, unit: Unit | None) -> RiskPolicy | None:
    """The newest version of this very unit's formula, or of everybody's."""
    own = RiskPolicy.unit_id.is_not_distinct_from(unit.id if unit else None)
    newest = select(RiskPolicy).where(own).order_by(RiskPolicy.version.desc()).limit(1)
    return ctx.session.scalar(newest)


def _newest(ctx: Context) -> list[RiskPolicy]:
    newest = select(func.max(RiskPolicy.id)).group_by(RiskPolicy.unit_id)
    query = select(RiskPolicy).where(RiskPolicy.id.in_(newest))
    return list(ctx.session.scalars(query.order_by(RiskPolicy.unit_id.nulls_first())))


def _flat(formula: Formula) -> dict[str, Fact]:
    told: dict[str, Fact] = formula.model_dump(mode="json", by_alias=True)
    return dict(_leaves("", told))


def _leaves(place: str, told: Fact) -> Sequence[tuple[str, Fact]]:
    """Every value with its place, as `factors.kind.normal.points`."""
    if isinstance(told, Mapping):
        below: Sequence[tuple[object, Fact]] = [*told.items()]
    elif isinstance(told, Sequence) and not isinstance(told, str):
        below = [*enumerate(told, start=1)]
    else:
        return [(place, told)]
    return [leaf for key, one in below for leaf in _leaves(f"{place}.{key}".lstrip("."), one)]
