"""Keep findings in line with what many devices were found to show. Judges no text."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from core.context import Action, Context
from drift import alarms, locks
from drift.attribution import Attribution, Verdict
from drift.engine import Assessment, Difference, Refusal, fingerprint
from drift.models import Baseline, Finding
from drift.severity import severity_of
from inventory.models import Device
from inventory.snapshot_models import Snapshot

KIND = "drift"
ALIVE = frozenset({"open", "suppressed"})
BACK: Mapping[str, str] = {
    "drift": "The device is in sync with its baseline again.",
    "facts": "The device is what is expected of it again.",
}
"""The kinds of findings, with what is noted when one is over."""

ONLY_SUPPRESSED = "Only suppressed drift is left."
DIFFERENCES = TypeAdapter(tuple[Difference, ...])
REFUSALS = TypeAdapter(tuple[Refusal, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How what a device showed differs from its baseline."""

    device: Device
    baseline: Baseline
    snapshot: Snapshot
    assessment: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A device that differs, why, and the finding that tells of it, if there is one already."""

    shown: Shown
    mark: str
    verdict: Verdict
    finding: Finding | None
    silenced: bool
    over: Sequence[Finding]

    @property
    def action(self) -> str:
        if self.silenced:
            return "finding.confirmed"
        if self.finding is None:
            return "finding.opened"
        before = (self.finding.fingerprint, self.finding.verdict)
        same = before == (self.mark, self.verdict.verdict)
        return "finding.confirmed" if same else "finding.changed"


def record(
    ctx: Context, shown: Sequence[Shown], *, attribute: Attribution, kind: str = KIND
) -> list[Finding | None]:
    """Open, update or resolve each device's finding of a kind; None where nothing is to be shown.

    An untrusted snapshot changes nothing. A suppressed drift stays suppressed until its time,
    and only exactly that drift. Needs `drift.scan` on each device.
    """
    if not shown:
        return []
    for one in {one.device.governing_unit_id: one.device for one in shown}.values():
        ctx.require("drift.scan", one)
    trusted = [one for one in shown if one.snapshot.trusted]
    known = _known(ctx, trusted, kind)
    drifts = [
        _drift(ctx, one, known[one.device.id], attribute)
        for one in trusted
        if not one.assessment.in_sync
    ]
    back = [one.device.id for one in trusted if one.assessment.in_sync]
    over = [(one, BACK[kind]) for key in back for one in known[key] if one.state in ALIVE]
    resolve(ctx, [*over, *((one, ONLY_SUPPRESSED) for drift in drifts for one in drift.over)])
    found = _keep(ctx, drifts, kind)
    return [found.get(one.device.id) for one in shown]


def resolve(ctx: Context, over: Sequence[tuple[Finding, str]]) -> None:
    """End findings, each with a note, and close their events."""
    for finding, _ in over:
        finding.state, finding.resolved_at = "resolved", ctx.now()
    ctx.record_all(
        Action(
            action="finding.resolved",
            subject=one,
            facts={"device": one.device.hostname, "note": note},
        )
        for one, note in over
    )
    alarms.hush(ctx, over)


def _known(ctx: Context, shown: Sequence[Shown], kind: str) -> Mapping[int, Sequence[Finding]]:
    """By device, now locked: what stands against it, and what may be silenced if it comes back."""
    ids = [one.device.id for one in shown]
    locks.lock_devices(ctx, ids)
    rows = (
        select(Finding)
        .where(Finding.device_id.in_(ids), Finding.kind == kind)
        .where(or_(Finding.state.in_(ALIVE), Finding.suppressed_until > ctx.now()))
        .order_by(Finding.id)
        .options(joinedload(Finding.event))
        .execution_options(populate_existing=True)
    )
    known: dict[int, list[Finding]] = defaultdict(list)
    for finding in ctx.session.scalars(rows):
        known[finding.device_id].append(finding)
    return known


def _drift(ctx: Context, shown: Shown, known: Sequence[Finding], attribute: Attribution) -> Drift:
    """Explain a difference; a suppression covers this very one, even if it was gone meanwhile."""
    mark = fingerprint(shown.assessment.differences)
    silenced = [
        one
        for one in known
        if one.fingerprint == mark and one.suppressed_until and one.suppressed_until > ctx.now()
    ]
    opened = [one for one in known if one.state == "open"]
    finding = next(reversed(silenced or opened), None)
    alive = [one for one in known if one.state in ALIVE and one is not finding]
    return Drift(
        shown=shown, mark=mark, verdict=attribute(ctx, shown.device.id, shown.assessment),
        finding=finding, silenced=bool(silenced), over=alive if silenced else (),
    )  # fmt: skip


def _keep(ctx: Context, drifts: Sequence[Drift], kind: str) -> Mapping[int, Finding]:
    """The findings by device, as they are now, recorded; what is new of them is told."""
    actions = [one.action for one in drifts]
    found = [_show(ctx, one, kind) for one in drifts]
    ctx.session.add_all(found)
    ctx.record_all(
        _noted(action, finding, one.verdict)
        for action, finding, one in zip(actions, found, drifts, strict=True)
    )
    news = zip(actions, found, strict=True)
    alarms.tell(ctx, [one for action, one in news if action != "finding.confirmed"])
    return {one.device_id: one for one in found}


def _show(ctx: Context, drift: Drift, kind: str) -> Finding:
    """The finding with what the device shows now; a new one where there was none."""
    shown, assessment = drift.shown, drift.shown.assessment
    finding = drift.finding or Finding(
        device=shown.device, opened_at=ctx.now(), state="open", kind=kind
    )
    if drift.silenced:
        finding.state, finding.resolved_at = "suppressed", None
    finding.fingerprint = drift.mark
    finding.severity = severity_of(assessment.differences)
    finding.verdict, finding.verdict_reason = drift.verdict.verdict, drift.verdict.reason
    finding.baseline, finding.snapshot = shown.baseline, shown.snapshot
    finding.differences = DIFFERENCES.dump_python(assessment.differences, mode="json")
    finding.remediation = list(assessment.remediation)
    finding.rollback = list(assessment.rollback)
    finding.refusals = REFUSALS.dump_python(assessment.refusals, mode="json")
    finding.last_seen_at = ctx.now()
    return finding


def _noted(action: str, finding: Finding, verdict: Verdict) -> Action:
    return Action(
        action=action, subject=finding,
        facts={
            "device": finding.device.hostname, "fingerprint": finding.fingerprint,
            "verdict": verdict.verdict, "verdict_reason": verdict.reason,
            "change": verdict.change_id, "severity": finding.severity,
            "lines": len(finding.differences), "snapshot": finding.snapshot.digest.hex(),
            "baseline": finding.baseline.version,
        },
    )  # fmt: skip
