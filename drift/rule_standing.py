"""How many devices keep each compliance rule, and which break which. Judges nothing itself."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from core.context import Context
from drift import compliance
from drift.models import Judged
from drift.rules import Rule
from drift.severity import ORDER, OTHERWISE, Severity
from inventory.models import Device, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStanding:
    """A rule with the numbers of devices that were asked and that break it.

    `rule` is None where devices were judged by a rule that is in force no more.
    """

    rule_id: str
    rule: Rule | None
    severity: Severity
    asked: int
    broken: int

    @property
    def kept(self) -> int:
        return self.asked - self.broken


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    rule_id: str
    rule: Rule | None
    severity: Severity
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenDevice:
    """A device with the rules that it breaks, the gravest first, of those that were looked for."""

    device_id: int
    hostname: str
    site: str
    judged_at: datetime
    asked: int
    broken: tuple[BrokenRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a list is about: words of a rule's name, a severity, a site's code; empty is all."""

    rule: str = ""
    severity: str = ""
    site: str = ""

    def meets(self, rule_id: str, rule: Rule | None) -> bool:
        told = f"{rule_id} {rule.title if rule else ''}".casefold()
        grave = rule.severity if rule else OTHERWISE
        return self.rule.strip().casefold() in told and self.severity in {"", grave}


EVERYTHING = Sought()
Columns = TypeVarTuple("Columns")


def by_rule(ctx: Context, sought: Sought = EVERYTHING) -> tuple[RuleStanding, ...]:
    """Every rule that devices were asked, the most often broken first; then by gravity and id.

    Counts the devices where the person has `drift.read`.
    """
    known, asked = _known(ctx), Counter[str]()
    alike = _judged(ctx, sought, select(Judged.rules, func.count()).group_by(Judged.rules))
    for rules, count in ctx.session.execute(alike):
        asked.update(dict.fromkeys(rules, count))
    broken = _broken(ctx, sought)
    found = (
        RuleStanding(
            rule_id=rule_id, rule=known.get(rule_id), severity=_severity(known, rule_id),
            asked=count, broken=broken[rule_id],
        )
        for rule_id, count in asked.items()
        if sought.meets(rule_id, known.get(rule_id))
    )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.broken, _grave(one.severity), one.rule_id)))


def by_device(
    ctx: Context, sought: Sought = EVERYTHING, *, rule_id: str | None = None,
    after: str | None = None, limit: int = 50,
) -> tuple[BrokenDevice, ...]:  # fmt: skip
    """The devices that break a rule, by hostname: exactly this one, or any that is sought."""
    known = _known(ctx)
    columns = select(
        Device.id,
        Device.hostname,
        Site.code,
        Judged.judged_at,
        Judged.failed,
        func.cardinality(Judged.rules).label("asked"),
    )
    wanted = [rule_id] if rule_id is not None else [
        one for one in _broken(ctx, sought) if sought.meets(one, known.get(one))
    ]  # fmt: skip
    rows = _judged(ctx, sought, columns).where(Judged.failed.has_any(cast(wanted, ARRAY(Text))))
    if after is not None:
        rows = rows.where(Device.hostname > after)
    shown = ctx.session.execute(rows.order_by(Device.hostname).limit(limit))
    return tuple(
        BrokenDevice(
            device_id=row.id, hostname=row.hostname, site=row.code, judged_at=row.judged_at,
            asked=row.asked, broken=_rules(row.failed, wanted, known),
        )
        for row in shown
    )  # fmt: skip


def _judged(ctx: Context, sought: Sought, columns: Select[*Columns]) -> Select[*Columns]:
    rows = (
        columns.select_from(Judged)
        .join(Device, Device.id == Judged.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(Device.owned_by(ctx.units("drift.read")))
    )
    return rows.where(Site.code == sought.site) if sought.site else rows


def _broken(ctx: Context, sought: Sought) -> Counter[str]:
    """How many devices break each rule."""
    each = select(func.jsonb_object_keys(Judged.failed).label("rule_id"))
    failed = _judged(ctx, sought, each).subquery()
    rows = select(failed.c.rule_id, func.count()).group_by(failed.c.rule_id)
    return Counter({row[0]: row[1] for row in ctx.session.execute(rows)})


def _rules(
    failed: Mapping[str, str], wanted: Collection[str], known: Mapping[str, Rule]
) -> tuple[BrokenRule, ...]:
    broken = (
        BrokenRule(
            rule_id=one, rule=known.get(one), severity=_severity(known, one), detail=failed[one]
        )
        for one in failed.keys() & set(wanted)
    )
    return tuple(sorted(broken, key=lambda one: (_grave(one.severity), one.rule_id)))


def _known(ctx: Context) -> Mapping[str, Rule]:
    return {rule.id: rule for rule in compliance.rules(ctx.settings)}


def _severity(known: Mapping[str, Rule], rule_id: str) -> Severity:
    return known[rule_id].severity if rule_id in known else OTHERWISE


def _grave(severity: Severity) -> int:
    """The gravest first."""
    return -ORDER.index(severity)
