"""The compliance rules in force, and how devices stand to them. Judges nothing itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from core.context import Context
from core.settings import Settings
from drift.models import Judged
from drift.rules import Rule, in_force
from drift.severity import OTHERWISE, Severity
from inventory.models import Device


def rules(settings: Settings) -> tuple[Rule, ...]:
    """Trimtab's own rules, those of plugins, those of the installation's packs.

    While one of these cannot be read, all others hold, and every device breaks the rule TT-PACKS.
    """
    return in_force(settings.rule_packs).with_the_broken()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVerdict:
    """The latest judgement of one compliance rule on one device."""

    device_id: int
    rule_id: str
    snapshot_id: int
    passed: bool
    detail: str
    severity: Severity
    judged_at: datetime


def verdicts(
    ctx: Context, *, device_id: int | None = None, passed: bool | None = None,
    after: tuple[int, str] | None = None, limit: int | None = None,
) -> tuple[RuleVerdict, ...]:  # fmt: skip
    """The latest verdicts in the acting person's jurisdictions, by device and rule.

    `after` is the device and rule of the last one already seen.
    """
    severities = {rule.id: rule.severity for rule in rules(ctx.settings)}
    rows = (
        select(Judged)
        .join(Device, Device.id == Judged.device_id)
        .join(Device.site)
        .where(Device.owned_by(ctx.units("drift.read")))
        .order_by(Judged.device_id)
        .execution_options(yield_per=100)
    )
    if after is not None:
        rows = rows.where(Judged.device_id >= after[0])
    if device_id is not None:
        rows = rows.where(Judged.device_id == device_id)
    if passed is False:
        rows = rows.where(Judged.failed != {})
    with ctx.session.scalars(rows) as shown:
        found = (
            verdict
            for row in shown
            for verdict in _verdicts(row, severities)
            if after is None or (verdict.device_id, verdict.rule_id) > after
        )
        return tuple(islice((one for one in found if passed in {None, one.passed}), limit))


def _verdicts(row: Judged, severities: Mapping[str, Severity]) -> Iterator[RuleVerdict]:
    for rule_id in sorted(row.rules):
        yield RuleVerdict(
            device_id=row.device_id, rule_id=rule_id, snapshot_id=row.snapshot_id,
            passed=rule_id not in row.failed, detail=row.failed.get(rule_id, ""),
            severity=severities.get(rule_id, OTHERWISE), judged_at=row.judged_at,
        )  # fmt: skip
