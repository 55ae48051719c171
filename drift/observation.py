"""Observe a device: collect, compare, keep the finding. Never changes a device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from core.context import Context
from drift import alarms, baselines, compliance, facts, findings, locks, recording, standing
from drift.attribution import Attribution
from drift.bulk import Judge, Result
from drift.engine import Assessment
from drift.models import Baseline, Finding
from drift.standing import Inputs
from inventory import discovery, snapshots
from inventory.models import Device
from inventory.snapshot_models import Snapshot

IN_SYNC = Assessment(in_sync=True)
Judgement = tuple[Inputs, Result]
Row = TypeVar("Row", Device, Baseline, Snapshot)


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
    device = locks.lock_device(ctx, device_id)
    ctx.require("drift.scan", device)
    found = standing.inputs(ctx, [device_id])
    if not found:
        return _observation(device, "no_snapshot", detail="No complete capture exists yet.")
    one, rules = found[0], compliance.rules(ctx.settings)
    [result] = Judge(rules).judge([one.task(snapshots.packed(ctx, one.texts))])
    [seen] = conclude(ctx, [(one, result)], attribute=attribute)
    standing.note(ctx, [standing.Outcome.of(one, seen.outcome, result.broken, rules)])
    facts.judge_devices(ctx, [device_id])
    return seen


def conclude(
    ctx: Context, pairs: Sequence[Judgement], *, attribute: Attribution
) -> list[Observation]:
    """Open, update or resolve the devices' findings by what the judgements came to.

    A device in sync against which nothing stands needs no look at its rows.
    """
    alive = findings.alive_among(ctx, [one.device_id for one, _ in pairs])
    shown, borne = _shown(ctx, [pair for pair in pairs if _matters(*pair, alive)])
    kept = recording.record(ctx, shown, attribute=attribute)
    found = {one.device.id: finding for one, finding in zip(shown, kept, strict=True)}
    return [
        _concluded(*pair, found.get(pair[0].device_id), borne.get(pair[0].device_id))
        for pair in pairs
    ]


def _matters(one: Inputs, result: Result, alive: frozenset[int]) -> bool:
    """Whether a judgement may have a finding, or end one."""
    judged = one.baseline_id is not None and not result.trouble
    return judged and (result.assessment is not None or one.device_id in alive)


def _shown(
    ctx: Context, pairs: Sequence[Judgement]
) -> tuple[list[recording.Shown], Mapping[int, Baseline]]:
    """What the devices show, and by device the version before that is still borne with."""
    devices = _rows(ctx, Device, [one.device_id for one, _ in pairs], joinedload(Device.site))
    versions = _rows(ctx, Baseline, [one.baseline_id for one, _ in pairs])
    captures = _rows(ctx, Snapshot, [one.snapshot_id for one, _ in pairs])
    shown, borne = [], dict[int, Baseline]()
    for one, result in pairs:
        baseline, assessment = versions[one.baseline_id], result.assessment or IN_SYNC
        before = None
        if not assessment.in_sync and baseline.in_grace_at(ctx.now()):
            shows = snapshots.text_of(ctx, one.snapshot)
            before = baselines.borne_with(ctx, baseline, shows, one.masks)
        if before is not None:
            borne[one.device_id] = before
        shown.append(
            recording.Shown(
                device=devices[one.device_id], baseline=baseline,
                snapshot=captures[one.snapshot_id], assessment=IN_SYNC if before else assessment,
            )
        )  # fmt: skip
    return shown, borne


def _rows(
    ctx: Context, table: type[Row], keys: Sequence[int | None], *options: ORMOption
) -> Mapping[int | None, Row]:
    """Rows by their ids, in one query."""
    if not keys:
        return {}
    wanted = select(table).where(table.id.in_(keys)).options(*options)
    return {row.id: row for row in ctx.session.scalars(wanted)}


def _concluded(
    one: Inputs, result: Result, finding: Finding | None, before: Baseline | None
) -> Observation:
    if result.trouble:
        return _observation(one, "error", detail=result.trouble)
    if one.baseline_id is None:
        return _observation(one, "no_baseline", detail="No baseline is approved yet.")
    if finding is not None:
        outcome = "suppressed" if finding.state == "suppressed" else "drifted"
        return _observation(one, outcome, finding=finding, detail=finding.verdict_reason)
    if before is not None:
        detail = f"It still matches baseline {before.version}, which is borne with for now."
        return _observation(one, "in_grace", detail=detail)
    return _observation(one, "in_sync")


def _observation(
    of: Device | Inputs, outcome: str, *, detail: str = "", finding: Finding | None = None
) -> Observation:
    return Observation(
        device_id=of.id if isinstance(of, Device) else of.device_id, hostname=of.hostname,
        outcome=outcome, detail=detail, finding_id=finding.id if finding else None,
        verdict=finding.verdict if finding else None,
    )  # fmt: skip
