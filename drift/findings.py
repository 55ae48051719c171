"""Drift as it stands, and what people decide about it. Never judges a text."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select

from core.context import Context
from core.errors import Conflict, InvalidInput
from drift import alarms, baselines, locks
from drift.engine import Difference
from drift.models import Finding
from drift.recording import ALIVE, DIFFERENCES, KIND, resolve
from inventory import snapshots
from inventory.models import Device


class FindingSettled(Conflict):
    """The finding is resolved already, or its device shows something else by now."""

    code = "finding_settled"


class WrongKind(Conflict):
    """The finding is of a kind for which there is no such decision."""

    code = "wrong_kind"


def suppress(ctx: Context, finding_id: int, *, reason: str, until: datetime) -> Finding:
    """Silence exactly this drift until a time. Needs `drift.suppress` and a reason."""
    finding = _alive(ctx, finding_id, permission="drift.suppress")
    if not reason.strip():
        raise InvalidInput("A suppression needs a reason that an auditor will understand.")
    if until <= ctx.now():
        raise InvalidInput(f"A suppression ends in the future, not at {until:%Y-%m-%d %H:%M} UTC.")
    finding.state = "suppressed"
    finding.suppressed_until = until
    finding.suppressed_reason = reason
    ctx.record("finding.suppressed", finding, reason=reason, until=until.isoformat())
    alarms.hush(ctx, [(finding, f"Suppressed until {until:%Y-%m-%d %H:%M} UTC: {reason}")])
    return finding


def accept_as_baseline(ctx: Context, finding_id: int, *, reason: str) -> Finding:
    """Make what the device shows its baseline. Needs `baseline.approve`; records who and why.

    Raises FindingSettled when the device shows something else than the finding by now.
    """
    finding = _alive(ctx, finding_id, permission="baseline.approve")
    if finding.kind != KIND:
        raise WrongKind(
            f"Finding {finding_id} is about the {finding.kind} of {finding.device.hostname}, not "
            "its configuration. Expect them anew with `trimtab baseline facts approve`.",
            finding=finding_id,
        )
    latest = snapshots.latest(ctx, finding.device_id)
    if latest is None or latest.digest != finding.snapshot.digest:
        raise FindingSettled(
            f"{finding.device.hostname} has changed since finding {finding_id} was judged. "
            "Scan the device and accept what it shows then.",
            finding=finding_id,
        )
    baseline = baselines.approve_snapshot(ctx, latest.id, reason=reason)
    ctx.record("finding.accepted", finding, reason=reason, baseline=baseline.version)
    _resolve_all(
        ctx, finding.device, KIND, note=f"Accepted as baseline {baseline.version}: {reason}"
    )
    return finding


def get(ctx: Context, finding_id: int) -> Finding:
    """The finding, or NotFound. Needs `drift.read` on its device."""
    finding = ctx.get(Finding, finding_id)
    ctx.require("drift.read", finding)
    return finding


def list_findings(
    ctx: Context, *, state: str | None = "open", verdict: str | None = None,
    kind: str | None = None, device_id: int | None = None, after: int | None = None,
    limit: int = 50,
) -> tuple[Finding, ...]:  # fmt: skip
    """Findings in the acting person's jurisdictions, the newest first; `after` is the last id."""
    wanted: list[ColumnElement[bool]] = [Device.owned_by(ctx.units("drift.read"))]
    if state is not None:
        wanted.append(Finding.state == state)
    if verdict is not None:
        wanted.append(Finding.verdict == verdict)
    if kind is not None:
        wanted.append(Finding.kind == kind)
    if device_id is not None:
        wanted.append(Finding.device_id == device_id)
    if after is not None:
        wanted.append(Finding.id < after)
    rows = select(Finding).join(Finding.device).join(Device.site).where(*wanted)
    return tuple(ctx.session.scalars(rows.order_by(Finding.id.desc()).limit(limit)))


def standing(ctx: Context, device_ids: Collection[int]) -> Mapping[int, Finding]:
    """What stands against these devices now: an open finding before a suppressed one."""
    rows = (
        select(Finding)
        .join(Finding.device)
        .join(Device.site)
        .where(Finding.device_id.in_(device_ids), Finding.state.in_(("open", "suppressed")))
        .where(Device.owned_by(ctx.units("drift.read")))
        .order_by(Finding.state.desc(), Finding.id)
    )
    return {finding.device_id: finding for finding in ctx.session.scalars(rows)}


def alive_among(ctx: Context, device_ids: Collection[int], *, kind: str = KIND) -> frozenset[int]:
    """Those of these devices that have an open or suppressed finding; asks no permission."""
    rows = select(Finding.device_id).where(
        Finding.device_id.in_(device_ids), Finding.state.in_(("open", "suppressed")),
        Finding.kind == kind,
    )  # fmt: skip
    return frozenset(ctx.session.scalars(rows))


def differences_of(finding: Finding) -> tuple[Difference, ...]:
    """The finding's differences as the engine gave them."""
    return DIFFERENCES.validate_python(finding.differences)


def expire_suppressions(ctx: Context) -> int:
    """End the suppressions whose time is over and raise again what they silenced; how many."""
    over = ctx.session.scalars(
        select(Finding)
        .where(Finding.state == "suppressed", Finding.suppressed_until <= ctx.now())
        .order_by(Finding.device_id)
    ).all()
    for finding in over:
        ctx.require("drift.scan", finding)
    locks.lock_devices(ctx, [finding.device_id for finding in over])
    for finding in over:
        replaced = _open(ctx, finding.device, finding.kind) is not None
        finding.state = "resolved" if replaced else "open"
        finding.resolved_at = ctx.now() if replaced else None
        ctx.record("finding.suppression_ended", finding, reason=finding.suppressed_reason)
        if not replaced:
            alarms.tell(ctx, [finding])
    return len(over)


def _alive(ctx: Context, finding_id: int, *, permission: str) -> Finding:
    """The finding, still open or suppressed, with its device locked."""
    finding = ctx.get(Finding, finding_id)
    ctx.require(permission, finding)
    locks.lock_device(ctx, finding.device_id)
    ctx.session.refresh(finding)
    if finding.state == "resolved":
        raise FindingSettled(
            f"Finding {finding_id} of {finding.device.hostname} is resolved already; "
            "there is nothing left to decide.",
            finding=finding_id,
        )
    return finding


def _open(ctx: Context, device: Device, kind: str) -> Finding | None:
    return ctx.session.scalar(
        select(Finding)
        .where(Finding.device_id == device.id, Finding.kind == kind, Finding.state == "open")
        .execution_options(populate_existing=True)
    )


def _resolve_all(ctx: Context, device: Device, kind: str, *, note: str) -> None:
    rows = select(Finding).where(
        Finding.device_id == device.id, Finding.kind == kind, Finding.state.in_(ALIVE)
    )
    resolve(ctx, [(finding, note) for finding in ctx.session.scalars(rows)])
