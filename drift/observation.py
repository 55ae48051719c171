"""Observe a device: collect, compare, keep the finding. Never changes a device."""

from dataclasses import dataclass

from core.context import Context
from drift import alarms, assess, baselines, compliance, findings
from drift.attribution import Attribution
from drift.models import Baseline, Finding
from inventory import discovery, snapshots
from inventory.models import Device
from inventory.snapshot_models import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What became of one device.

    `in_sync`, `drifted`, `suppressed`, `no_baseline`, `no_snapshot`, `collected` (not judged), or
    the outcome of a collection that failed.
    """

    device_id: int
    hostname: str
    outcome: str
    detail: str = ""
    finding_id: int | None = None
    verdict: str | None = None

    @property
    def judged(self) -> bool:
        return self.outcome in {"in_sync", "drifted", "suppressed"}


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
    snapshot = snapshots.latest(ctx, device_id)
    if snapshot is None:
        return _observation(device, "no_snapshot", detail="No complete capture exists yet.")
    running = snapshots.text_of(ctx, snapshot.digest)
    compliance.judge(ctx, device, snapshot, running)
    baseline = baselines.baseline_for(ctx, device_id)
    if baseline is None:
        return _observation(device, "no_baseline", detail="No baseline is approved yet.")
    return _compare(ctx, baseline, snapshot, running, attribute=attribute)


def _compare(
    ctx: Context, baseline: Baseline, snapshot: Snapshot, running: str, *, attribute: Attribution
) -> Observation:
    device = baseline.device
    intended = snapshots.text_of(ctx, baseline.digest)
    assessment = assess(running, intended, platform=device.platform)
    finding = findings.record(ctx, device, baseline, snapshot, assessment, attribute=attribute)
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
