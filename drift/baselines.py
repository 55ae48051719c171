"""The approved configuration of each device, versioned. Never changes what a version says.

The last approval says what holds from its date on: it ends the version before, and takes back
those that were to begin later.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from core.context import Context
from core.errors import Conflict, InvalidInput
from drift import locks
from drift.engine import Assessment
from drift.intent import sections
from drift.intent.written import as_kept
from drift.models import Baseline
from drift.noise.masks import Mask, masked
from inventory import snapshots
from inventory.models import Device
from inventory.snapshot_models import Snapshot


class UntrustedSnapshot(Conflict):
    """A capture whose completeness is in doubt can never be an approved configuration."""

    code = "untrusted_snapshot"


class NotPlanned(Conflict):
    """Only a baseline that does not hold yet can be taken back."""

    code = "not_planned"


LONGEST_GRACE = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """From when a version holds (None: at once), and how long the one before it is borne with.

    `sections` are the patterns of what is managed: None keeps those of the version before, an
    empty tuple manages everything. `provenance` says what a written text was made from.
    """

    valid_from: datetime | None = None
    grace: timedelta = timedelta(0)
    sections: tuple[str, ...] | None = None
    provenance: str = ""
    cohort: int | None = None


AT_ONCE = Terms()


def approve_snapshot(
    ctx: Context, snapshot_id: int, *, reason: str, terms: Terms = AT_ONCE
) -> Baseline:
    """Make what a snapshot shows the device's baseline; the same content again changes nothing.

    Raises UntrustedSnapshot when the capture was kept aside, InvalidInput without a reason.
    """
    snapshot = ctx.get(Snapshot, snapshot_id)
    ctx.require("baseline.approve", snapshot)
    if not snapshot.trusted:
        raise UntrustedSnapshot(
            f"Snapshot {snapshot_id} of {snapshot.device.hostname} is kept aside as untrusted "
            f"({'; '.join(snapshot.doubts)}). Collect the device again and approve that snapshot.",
            snapshot=snapshot_id,
        )
    return _succeed(
        ctx, snapshot.device_id, snapshot.digest,
        source="snapshot", snapshot_id=snapshot_id, reason=reason, terms=terms,
    )  # fmt: skip


def approve_first(ctx: Context, *, reason: str) -> tuple[Baseline, ...]:
    """Make what each device without a baseline showed last its first one.

    Of the active devices in the jurisdictions; those that were never collected completely wait.
    """
    ctx.require("baseline.approve")
    waiting = ctx.session.scalars(
        select(Device.id)
        .join(Device.site)
        .where(
            Device.state == "active", Device.owned_by(ctx.units("baseline.approve")),
            ~select(Baseline.id).where(Baseline.device_id == Device.id).exists(),
        )
        .order_by(Device.hostname)
    ).all()  # fmt: skip
    shown = [snapshots.latest(ctx, device_id) for device_id in waiting]
    return tuple(approve_snapshot(ctx, one.id, reason=reason) for one in shown if one is not None)


def set_intended(
    ctx: Context, device_id: int, text: str, *,
    reason: str, terms: Terms = AT_ONCE, source: str = "intended",
) -> Baseline:  # fmt: skip
    """Make a written configuration the device's baseline; secrets in it are redacted first.

    Raises InvalidInput when the text is empty, holds control characters, or has no reason.
    """
    device = ctx.get(Device, device_id)
    ctx.require("baseline.approve", device)
    digest = snapshots.put_content(ctx, as_kept(ctx, device, text), device=device)
    return _succeed(
        ctx, device_id, digest, source=source, snapshot_id=None, reason=reason, terms=terms
    )


def withdraw(ctx: Context, baseline_id: int, *, reason: str) -> Baseline:
    """Take back a version that does not hold yet; the one before it goes on holding.

    Needs `baseline.approve`. Raises NotPlanned for a version that holds, held or was taken back.
    """
    baseline = ctx.get(Baseline, baseline_id)
    ctx.require("baseline.approve", baseline)
    _require_reason(reason)
    locks.lock_device(ctx, baseline.device_id)
    ctx.session.refresh(baseline)
    if baseline.valid_from <= ctx.now() or baseline.valid_until == baseline.valid_from:
        raise NotPlanned(
            f"{baseline.label} is not planned: it holds already, or does not any more. Approve "
            "another one instead.",
            baseline=baseline_id,
        )
    before, until = _before(ctx, baseline), baseline.valid_until
    baseline.valid_until = baseline.valid_from
    ctx.session.flush()
    if before is not None:
        before.valid_until = until
    ctx.record("baseline.withdrawn", baseline, device=baseline.device.hostname, reason=reason)
    return baseline


def baseline_for(ctx: Context, device_id: int) -> Baseline | None:
    """The version that is valid now, if the device has one."""
    return ctx.session.scalar(
        select(Baseline).where(Baseline.device_id == device_id, Baseline.holds_at(ctx.now()))
    )


def newest(ctx: Context, device_id: int) -> Baseline | None:
    """The version that was approved last and not taken back, though it may only hold later."""
    return ctx.session.scalar(
        select(Baseline).where(Baseline.device_id == device_id, Baseline.valid_until.is_(None))
    )


def assessed(
    ctx: Context, baseline: Baseline, running: str, masks: Sequence[Mask] = ()
) -> Assessment:
    """What a running text differs in from a version, in the sections that the version manages."""
    intended, platform = snapshots.text_of(ctx, baseline.digest), baseline.device.platform
    steady = masked(running, intended, masks, platform=platform)
    return sections.assess(steady, intended, platform=platform, sections=tuple(baseline.sections))


def borne_with(
    ctx: Context, baseline: Baseline, running: str, masks: Sequence[Mask] = ()
) -> Baseline | None:
    """The earlier version that a device in grace still matches; None where it has to follow.

    Where a version before is within its own grace as well, the one before that is borne with too.
    """
    while baseline.in_grace_at(ctx.now()):
        before = _before(ctx, baseline)
        if before is None:
            return None
        if assessed(ctx, before, running, masks).in_sync:
            return before
        baseline = before
    return None


def versions(ctx: Context, device_id: int) -> tuple[Baseline, ...]:
    """All baselines of a device, the newest first. Needs `snapshot.read`."""
    ctx.require("snapshot.read", ctx.get(Device, device_id))
    rows = select(Baseline).where(Baseline.device_id == device_id).order_by(Baseline.version.desc())
    return tuple(ctx.session.scalars(rows))


def approved_among(ctx: Context, device_ids: Collection[int]) -> frozenset[int]:
    """Those of these devices that have a valid baseline, where the person may read it."""
    rows = (
        select(Baseline.device_id)
        .join(Baseline.device)
        .join(Device.site)
        .where(Baseline.holds_at(ctx.now()), Baseline.device_id.in_(device_ids))
        .where(Device.owned_by(ctx.units("snapshot.read")))
    )
    return frozenset(ctx.session.scalars(rows))


def list_baselines(ctx: Context) -> tuple[Baseline, ...]:
    """The valid baselines in the acting person's jurisdictions, by hostname."""
    rows = (
        select(Baseline)
        .join(Baseline.device)
        .join(Device.site)
        .where(Baseline.holds_at(ctx.now()), Device.owned_by(ctx.units("snapshot.read")))
        .order_by(Device.hostname)
    )
    return tuple(ctx.session.scalars(rows))


def text(ctx: Context, baseline: Baseline) -> str:
    """The configuration that a baseline asks for, redacted as it is kept."""
    ctx.require("snapshot.read", baseline)
    return snapshots.text_of(ctx, baseline.digest)


def _succeed(
    ctx: Context, device_id: int, digest: bytes, *,
    source: str, snapshot_id: int | None, reason: str, terms: Terms,
) -> Baseline:  # fmt: skip
    _require_reason(reason)
    device = locks.lock_device(ctx, device_id)
    start = _start(ctx, terms)
    last = newest(ctx, device_id)
    kept = last.sections if last and terms.sections is None else (terms.sections or ())
    managed = sections.checked(kept)
    same = last is not None and (last.digest, tuple(last.sections)) == (digest, managed)
    if last is not None and same and last.valid_from <= start:
        return last
    ended = _make_room(ctx, device_id, start)
    grace = start + terms.grace if terms.grace else None
    baseline = ctx.add(
        Baseline(
            device_id=device_id, version=_version(ctx, device_id), digest=digest,
            source=source, snapshot_id=snapshot_id, reason=reason,
            approved_by_id=ctx.person.person_id, valid_from=start, grace_until=grace,
            cohort=terms.cohort, sections=list(managed), provenance=terms.provenance,
        )
    )  # fmt: skip
    ctx.record(
        "baseline.approved", baseline,
        device=device.hostname, digest=digest.hex(), source=source, reason=reason,
        valid_from=start.isoformat(), grace_until=grace.isoformat() if grace else None,
        cohort=terms.cohort, sections=list(managed), provenance=terms.provenance, ended=ended,
    )  # fmt: skip
    return baseline


def _start(ctx: Context, terms: Terms) -> datetime:
    """When a version begins to hold, or InvalidInput for terms that cannot be."""
    now = ctx.now()
    start = terms.valid_from or now
    if start.tzinfo is None or start < now:
        raise InvalidInput("A baseline begins to hold at once or later, in a time with its zone.")
    if not timedelta(0) <= terms.grace <= LONGEST_GRACE:
        raise InvalidInput(f"A grace period lasts from 0 to {LONGEST_GRACE.days} days.")
    return start


def _make_room(ctx: Context, device_id: int, start: datetime) -> list[int]:
    """End what would hold from the start on; the versions ended, later ones never hold."""
    rows = (
        select(Baseline)
        .where(Baseline.device_id == device_id)
        .where(or_(Baseline.valid_until.is_(None), Baseline.valid_until > start))
        .order_by(Baseline.version)
        .execution_options(populate_existing=True)
    )
    ended = [one for one in ctx.session.scalars(rows) if one.valid_until != one.valid_from]
    for one in ended:
        one.valid_until = max(start, one.valid_from)
    ctx.session.flush()
    return [one.version for one in ended]


def _version(ctx: Context, device_id: int) -> int:
    last = ctx.session.scalar(
        select(func.max(Baseline.version)).where(Baseline.device_id == device_id)
    )
    return (last or 0) + 1


def _before(ctx: Context, baseline: Baseline) -> Baseline | None:
    """The version that this one ended, or will."""
    return ctx.session.scalar(
        select(Baseline)
        .where(Baseline.device_id == baseline.device_id, Baseline.version < baseline.version)
        .where(Baseline.valid_until == baseline.valid_from)
        .where(Baseline.valid_from < Baseline.valid_until)
        .order_by(Baseline.version.desc())
        .limit(1)
    )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("A baseline needs a reason that an auditor will understand.")
