"""Judge devices by the compliance rules and keep the latest verdict of each. Changes no device."""

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from core.context import Context
from core.plugins import load
from drift.models import RuleVerdict
from drift.rules import Judgement, Rule, RulePack, Target, built_in
from drift.rules import judge as judged
from inventory.models import Device
from inventory.snapshot_models import Snapshot

GROUP = "trimtab.rules"


def rules() -> tuple[Rule, ...]:
    """Trimtab's own rules, then those of plugins."""
    packs = load(GROUP, RulePack)  # type: ignore[type-abstract]
    return (*built_in(), *(rule for pack in packs for rule in pack.rules()))


def judge(ctx: Context, device: Device, snapshot: Snapshot, running: str) -> tuple[Judgement, ...]:
    """Judge a trusted snapshot's text and keep the verdicts; those of other rules go."""
    found = judged(running, rules(), target=_target(device))
    ctx.session.execute(
        delete(RuleVerdict).where(
            RuleVerdict.device_id == device.id,
            RuleVerdict.rule_id.not_in([one.rule.id for one in found]),
        )
    )
    if found:
        _keep(ctx, device, snapshot, found)
    return found


def verdicts(
    ctx: Context, *, device_id: int | None = None, passed: bool | None = None,
    after: tuple[int, str] | None = None, limit: int | None = None,
) -> tuple[RuleVerdict, ...]:  # fmt: skip
    """The latest verdicts in the acting person's jurisdictions, by device and rule.

    `after` is the device and rule of the last one already seen.
    """
    rows = (
        select(RuleVerdict)
        .join(Device, Device.id == RuleVerdict.device_id)
        .join(Device.site)
        .where(Device.owned_by(ctx.units("drift.read")))
        .order_by(RuleVerdict.device_id, RuleVerdict.rule_id)
        .limit(limit)
    )
    if after is not None:
        rows = rows.where(tuple_(RuleVerdict.device_id, RuleVerdict.rule_id) > after)
    if device_id is not None:
        rows = rows.where(RuleVerdict.device_id == device_id)
    if passed is not None:
        rows = rows.where(RuleVerdict.passed == passed)
    return tuple(ctx.session.scalars(rows))


def _target(device: Device) -> Target:
    return Target(platform=device.platform, role=device.role, site=device.site.code)


def _keep(ctx: Context, device: Device, snapshot: Snapshot, found: Sequence[Judgement]) -> None:
    row = insert(RuleVerdict).values([
        {
            "device_id": device.id,
            "rule_id": one.rule.id,
            "snapshot_id": snapshot.id,
            "passed": one.passed,
            "detail": one.detail,
            "severity": one.rule.severity,
            "judged_at": ctx.now(),
        }
        for one in found
    ])  # fmt: skip
    kept = {
        name: row.excluded[name]
        for name in ("snapshot_id", "passed", "detail", "severity", "judged_at")
    }
    ctx.session.execute(
        row.on_conflict_do_update(index_elements=["device_id", "rule_id"], set_=kept)
    )
