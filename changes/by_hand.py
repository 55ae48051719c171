"""Changes carried out by hand: once observed as declared they close, and the baseline moves."""

from dataclasses import replace

from sqlalchemy import select

from changes.attribution import attribute, effect
from changes.following import EFFECT, PLATFORM
from changes.models import ChangeRequest
from changes.plans import TargetPlan, mark
from changes.requests import move, plan_of
from changes.states import State
from core.context import Context
from drift import baselines, findings, observation
from drift.models import Finding


def settle(ctx: Context) -> list[ChangeRequest]:
    """Close every approved by-hand change that all its devices show as declared.

    Needs `drift.scan`. What the devices show becomes their baseline, because exactly that was
    approved.
    """
    ctx.require("drift.scan")
    open_ones = ctx.session.scalars(
        select(ChangeRequest)
        .where(ChangeRequest.method == "by_hand", ChangeRequest.state == State.APPROVED)
        .order_by(ChangeRequest.id)
        .with_for_update(skip_locked=True)
    ).all()
    acting = replace(ctx, person=PLATFORM)
    return [change for change in open_ones if _settled(acting, change)]


def _settled(ctx: Context, change: ChangeRequest) -> bool:
    found = [_shown(ctx, target) for target in plan_of(change).targets]
    if any(finding is None for finding in found):
        return False
    move(change, State.SUCCEEDED)
    change.closed_at = ctx.now()
    change.outcome = "Carried out by hand and observed exactly as declared."
    for target in change.targets:
        target.state = "done"
    ctx.record("change.succeeded", change, outcome=change.outcome, digest=change.digest)
    for finding in found:
        if finding is not None:
            reason = f"{EFFECT}{change.id}"
            baselines.approve_snapshot(ctx, finding.snapshot_id, reason=reason)
            observation.judge_device(ctx, finding.device_id, attribute=attribute)
    return True


def _shown(ctx: Context, target: TargetPlan) -> Finding | None:
    """The open finding that is exactly the declared effect on this device."""
    finding = ctx.session.scalar(
        select(Finding).where(
            Finding.device_id == target.device_id, Finding.state == "open", Finding.kind == "drift"
        )
    )
    if finding is None:
        return None
    drift = frozenset(mark(one) for one in findings.differences_of(finding))
    return finding if drift == effect(target) else None
