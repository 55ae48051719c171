"""Observe a device: collect, compare, keep the finding. Never changes a device."""

from dataclasses import dataclass

from core.context import Context
from drift import alarms, baselines, compliance, facts, findings, standing
from drift.attribution import Attribution
from drift.bulk import Judge, Result
from drift.engine import Assessment
from drift.models import Baseline, Finding
from drift.standing import Inputs
from inventory import discovery, snapshots
from inventory.models import Device
from inventory.snapshot_models import Snapshot

IN_SYNC = Assessment(in_sync=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What became of one device.

    `in_sync`, `in_grace` (the version before is borne with), `drifted`, `suppressed`,
    `no_baseline`, `no_snapshot`, `collected` (not judged), or the outcome of a collection that
    failed.
    """

    device_id: int
    hostname: str
    outcome: str
    detail: str = ""
    finding_id: int | None = None
    verdict: str | None = None

    @property
    def judged(self) -> bool:
        return self.outcome in {"in_sync", "in_grace", "drifted", "suppressed"}


def observe_device(ctx: Context, device_id: int, *, attribute: Attribution) -> Observation:
    """Collect the device and judge what it shows; a device that fails is a value, no error.

    Commits before the device is spoken to. Needs `drift.scan` and `device.collect`.
    """
    ctx.require("drift.scan", ctx.get(Device, device_id))
    collected = collect_device(ctx, device_id)
    if collected.outcome != "collected":
        return collected
    return judge_device(ctx, device_id, attribute=attribute)


def collect_device(ctx: Context, device_id: int) -> Observation:
    """Collect the device without judging it; a failure raises its event. Commits before."""
    device = ctx.get(Device, device_id)
    collected = discovery.collect(ctx, device_id)
    alarms.note_collection(ctx, collected)
    outcome = "collected" if collected.outcome in alarms.GOOD else collected.outcome
    return _observation(device, outcome, detail=collected.detail)


def judge_device(ctx: Context, device_id: int, *, attribute: Attribution) -> Observation:
    """Judge the device's latest trusted snapshot without speaking to it. Needs `drift.scan`."""
    device = baselines.lock_device(ctx, device_id)
    ctx.require("drift.scan", device)
    found = standing.inputs(ctx, [device_id])
    if not found:
        return _observation(device, "no_snapshot", detail="No complete capture exists yet.")
    one, rules = found[0], compliance.rules(ctx.settings)
    [result] = Judge(rules).judge([one.task(snapshots.bodies(ctx, one.texts))])
    seen = conclude(ctx, one, result, attribute=attribute)
    standing.note(ctx, [standing.Outcome.of(one, seen.outcome, result.broken, rules)])
    facts.judge_devices(ctx, [device_id])
    return seen


def conclude(ctx: Context, one: Inputs, result: Result, *, attribute: Attribution) -> Observation:
    """Open, update or resolve the device's finding by what the judgement came to."""
    device = ctx.get(Device, one.device_id)
    if result.trouble:
        return _observation(device, "error", detail=result.trouble)
    if one.baseline_id is None:
        return _observation(device, "no_baseline", detail="No baseline is approved yet.")
    baseline, found = ctx.get(Baseline, one.baseline_id), result.assessment or IN_SYNC
    before = None
    if not found.in_sync:
        before = baselines.borne_with(ctx, baseline, snapshots.text_of(ctx, one.snapshot))
    finding = findings.record(
        ctx, device, baseline, ctx.get(Snapshot, one.snapshot_id), IN_SYNC if before else found,
        attribute=attribute,
    )  # fmt: skip
    if before is not None and finding is None:
        detail = f"It still matches baseline {before.version}, which is borne with for now."
        return _observation(device, "in_grace", detail=detail)
    if finding is None:
        return _observation(device, "in_sync")
    outcome = "suppressed" if finding.state == "suppressed" else "drifted"
    return _observation(device, outcome, finding=finding, detail=finding.verdict_reason)


def _observation(
    device: Device, outcome: str, *, detail: str = "", finding: Finding | None = None
) -> Observation:
    return Observation(
        device_id=device.id, hostname=device.hostname, outcome=outcome, detail=detail,
        finding_id=finding.id if finding else None, verdict=finding.verdict if finding else None,
    )  # fmt: skip
