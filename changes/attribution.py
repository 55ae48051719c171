"""Explain drift by the changes of the device: the verdict. Reads only."""

from collections.abc import Iterator

from sqlalchemy import or_, select

from changes.following import holds_still, is_answered_for
from changes.models import ChangeRequest, ChangeTarget
from changes.plans import Mark, TargetPlan, mark
from changes.requests import plan_of
from changes.states import FINAL, State, Target
from core.context import Context
from drift.attribution import Verdict
from drift.engine import Assessment
from operations.change_reports import reports_of

FLIPPED = {"extra": "missing", "missing": "extra", "moved": "moved"}
LOOKED_AT = (
    State.APPROVED, State.RUNNING, State.PAUSED, State.INTERRUPTED, State.SUCCEEDED,
)  # fmt: skip
RECENT = 50  # changes of a device that are compared, newest first


def attribute(ctx: Context, device_id: int, assessment: Assessment) -> Verdict:
    """Why the device differs from its baseline: the change that explains it, or nobody's."""
    drift = frozenset(mark(one) for one in assessment.differences)
    for row, plan in _changes(ctx, device_id):
        verdict = _explained(ctx, row, frozenset(plan.declared), drift)
        if verdict is not None:
            return verdict
    return Verdict(
        verdict="unauthorised",
        reason="No approved change explains this difference; somebody changed the device directly."
        + reported(ctx, device_id),
    )


def reported(ctx: Context, device_id: int) -> str:
    """Who is said to have changed the device since it was in sync; empty where nobody said."""
    told = reports_of(ctx, device_id)
    return f" Reported: {'; '.join(told)}." if told else ""


def _explained(
    ctx: Context, row: ChangeTarget, declared: frozenset[Mark], drift: frozenset[Mark]
) -> Verdict | None:
    change = row.change
    effected = frozenset((path, line, FLIPPED[side]) for path, line, side in declared)
    name = f"C{change.id} ({change.title})"
    if drift == effected and _is_its_effect(ctx, row):
        return _effect_of(ctx, change, name)
    if drift != declared:
        return None
    if change.state == State.SUCCEEDED or row.state == Target.DONE:
        return Verdict(
            verdict="reverted", change_id=change.id,
            reason=f"The device shows again what {name} had changed; somebody undid it.",
        )  # fmt: skip
    return Verdict(
        verdict="not_applied", change_id=change.id,
        reason=f"{name} corrects exactly this; it is {change.state} but not applied yet.",
    )  # fmt: skip


def _is_its_effect(ctx: Context, row: ChangeTarget) -> bool:
    over = row.change.state in FINAL
    return not over or (row.state == Target.DONE and holds_still(ctx, row.change, row.device_id))


def _effect_of(ctx: Context, change: ChangeRequest, name: str) -> Verdict:
    """Authorised by who approved it; a glass that was broken has to be found justified."""
    if is_answered_for(ctx, change):
        told = f"This is exactly the effect of the approved change {name}."
        return Verdict(verdict="authorised", change_id=change.id, reason=told)
    if any(grant.reviewed_at is None for grant in change.grants):
        told = f"This is exactly the effect of the emergency {name}, which waits for its review."
        return Verdict(verdict="authorised", change_id=change.id, reason=told)
    told = f"This is exactly the effect of {name}, which its reviewers did not find justified."
    return Verdict(verdict="unauthorised", change_id=change.id, reason=told)


def _changes(ctx: Context, device_id: int) -> Iterator[tuple[ChangeTarget, TargetPlan]]:
    """The device's part of each change that may explain it; of a failed one where it was done."""
    rows = ctx.session.scalars(
        select(ChangeTarget)
        .join(ChangeTarget.change)
        .where(
            ChangeTarget.device_id == device_id,
            or_(ChangeRequest.state.in_(LOOKED_AT), ChangeTarget.state == Target.DONE),
        )
        .order_by(ChangeRequest.id.desc())
        .limit(RECENT)
    )
    for row in rows:
        for target in plan_of(row.change).targets:
            if target.device_id == device_id:
                yield row, target
