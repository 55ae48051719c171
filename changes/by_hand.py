"""Changes carried out by hand: once observed as declared they close, and the baseline follows."""

from dataclasses import replace

from sqlalchemy import select

from changes.attribution import attribute
from changes.following import PLATFORM, follow, shown_as_declared
from changes.models import ChangeRequest
from changes.requests import move, plan_of
from changes.states import State, Target
from core.context import Context
from drift import observation


def settle(ctx: Context) -> list[ChangeRequest]:
    """Close every approved by-hand change that all its devices show as declared.

    Needs `drift.scan`. Drift that stood on a device before hinders nothing, and stays.
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
    plans = plan_of(change).targets
    if any(shown_as_declared(ctx, change, target) is None for target in plans):
        return False
    move(change, State.SUCCEEDED)
    change.closed_at = ctx.now()
    change.outcome = "Carried out by hand and observed exactly as declared."
    for row in change.targets:
        row.state = Target.DONE
    ctx.record("change.succeeded", change, outcome=change.outcome, digest=change.digest)
    follow(ctx, change)
    for target in plans:
        observation.judge_device(ctx, target.device_id, attribute=attribute)
    return True
