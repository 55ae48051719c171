"""The baseline follows an approved change: what it led to is what its devices shall show.

In the transaction that ends the change, so that an approved effect is never taken for drift. Only
what was approved moves: drift that stood on the device before stays drift.
"""

import logging
from dataclasses import replace

from sqlalchemy import or_, select

from changes.emergency.models import EmergencyReview
from changes.models import BreakGlass, ChangeRequest, ChangeRun, VerificationResult
from changes.plans import Mark, TargetPlan, mark
from changes.pre_state import since
from changes.requests import plan_of
from changes.states import FINAL, Target
from core.actor import Actor
from core.context import Context
from core.errors import Conflict, TrimtabError
from drift import baselines, facts
from drift.device_facts import DeviceFacts
from drift.engine import Assessment, NotText
from drift.engine.apply import applied
from drift.models import Baseline
from inventory import snapshots
from inventory.snapshot_models import Snapshot

log = logging.getLogger(__name__)
PLATFORM = Actor(
    name="trimtab",
    granted=frozenset({"baseline.approve", "drift.scan", "event.write", "snapshot.read"}),
)
"""Acts on the word of those who approved the change; it decides nothing."""

EFFECT = "effect of the approved change C"
"""Begins the reason of a baseline that a change led to; the change's number follows."""


class NotFollowed(Conflict):
    """A baseline that would hide drift, or make some up."""

    code = "not_followed"


def follow(ctx: Context, change: ChangeRequest) -> None:
    """Move the baselines of the devices that a change which is over left as it declared.

    After an upgrade its version is expected, where the one before it was.

    An emergency on a broken glass waits until two persons found it justified. Left alone is a
    device without a baseline, with one that a person let begin later or bears with the one before,
    and one that shows something else than the change declared by now.
    """
    if change.state not in FINAL or not is_answered_for(ctx, change):
        return
    acting = replace(ctx, person=PLATFORM)
    plans = {one.device_id: one for one in plan_of(change).targets}
    for key in sorted(one.device_id for one in change.targets if one.state == Target.DONE):
        try:
            with ctx.session.begin_nested():
                _follow(acting, change, plans[key])
        except (TrimtabError, NotText) as error:  # a change ends all the same
            log.warning("C%s: the baseline of device %s stays: %s", change.id, key, error)


def is_answered_for(ctx: Context, change: ChangeRequest) -> bool:
    """Whether persons stand behind it: who approved it, or who found its emergency justified."""
    if not change.grants:
        return True
    doubted = (
        select(EmergencyReview.id)
        .join(BreakGlass, BreakGlass.id == EmergencyReview.break_glass_id)
        .where(BreakGlass.change_id == change.id, EmergencyReview.verdict != "justified")
    )
    reviewed = all(grant.reviewed_at is not None for grant in change.grants)
    return reviewed and ctx.session.scalar(doubted.limit(1)) is None


def holds_still(ctx: Context, change: ChangeRequest, device_id: int) -> bool:
    """Whether what a change that is over led to is approved, though no baseline has taken it up.

    Not after a baseline did, nor after a person approved another one.
    """
    since_then = (Baseline.valid_from >= change.closed_at) & (Baseline.valid_from <= ctx.now())
    later = select(Baseline.id).where(
        Baseline.device_id == device_id,
        or_(
            Baseline.reason == f"{EFFECT}{change.id}",
            since_then & Baseline.approved_by_id.is_not(None),
        ),
    )
    return ctx.session.scalar(later.limit(1)) is None


def _follow(ctx: Context, change: ChangeRequest, target: TargetPlan) -> None:
    shown = shown_as_declared(ctx, change, target)
    if shown is None:
        return
    reason = f"{EFFECT}{change.id}"
    _expect_release(ctx, target, reason)
    baseline = baselines.newest(ctx, target.device_id)
    if baseline is None or not _holds_alone(ctx, baseline):
        return
    if _against(ctx, target, baseline, shown.digest).in_sync:
        return  # a correction
    before = _marks(_against(ctx, target, baseline, _pre(target)))
    if not before:
        baselines.approve_snapshot(ctx, shown.id, reason=reason)
        return
    text = snapshots.text_of(ctx, baseline.digest)
    wanted = applied(text, target.lines, platform=target.platform)
    moved = baselines.set_intended(ctx, target.device_id, wanted, reason=reason)
    left = _marks(_against(ctx, target, moved, shown.digest))
    if left != before - frozenset(target.declared):
        raise NotFollowed(
            f"what {target.hostname} differed in before C{change.id} cannot be kept apart from it"
        )


def _expect_release(ctx: Context, target: TargetPlan, reason: str) -> None:
    expected = facts.expected_for(ctx, target.device_id)
    if target.release is None or expected is None:
        return
    if facts.facts_of(expected).os_version == target.release.former_version:
        version = DeviceFacts(os_version=target.release.version)
        facts.expect(ctx, target.device_id, version, reason=reason)


def _holds_alone(ctx: Context, baseline: Baseline) -> bool:
    return baseline.valid_from <= ctx.now() and not baseline.in_grace_at(ctx.now())


def shown_as_declared(ctx: Context, change: ChangeRequest, target: TargetPlan) -> Snapshot | None:
    """The snapshot that shows exactly what was declared: the verified one, else the last one."""
    verified = ctx.session.scalar(
        select(Snapshot)
        .join(VerificationResult, VerificationResult.snapshot_id == Snapshot.id)
        .join(ChangeRun, ChangeRun.id == VerificationResult.run_id)
        .where(ChangeRun.change_id == change.id, VerificationResult.as_declared)
        .where(VerificationResult.device_id == target.device_id)
        .order_by(VerificationResult.id.desc())
        .limit(1)
    )
    shown = verified or snapshots.latest(ctx, target.device_id)
    if shown is None or (target.declared and shown.digest == _pre(target)):
        return None
    return shown if _marks(since(ctx, target, shown)) == frozenset(target.declared) else None


def _against(ctx: Context, target: TargetPlan, baseline: Baseline, digest: bytes) -> Assessment:
    """What a kept text differs in from the baseline, with the masks that were approved."""
    return baselines.assessed(ctx, baseline, snapshots.text_of(ctx, digest), target.masks)


def _pre(target: TargetPlan) -> bytes:
    return bytes.fromhex(target.pre_state)


def _marks(found: Assessment) -> frozenset[Mark]:
    return frozenset(map(mark, found.differences))
