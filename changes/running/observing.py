"""Say of each interrupted device which of the two states it is in. Decides and changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from changes import verification
from changes.errors import WrongState
from changes.models import ChangeRequest
from changes.plans import TargetPlan
from changes.requests import plan_of, require_on_all
from changes.states import State, Target
from changes.verification import Standing
from core.context import Context

WORDS = {
    "pre_state": "is in its state before the change",
    "intended": "is as the change declares",
    "in_between": "is in between",
    "unseen": "is not known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A device of a change that broke off, observed again."""

    device_id: int
    hostname: str
    standing: Standing
    detail: str

    @property
    def words(self) -> str:
        return f"{WORDS[self.standing]}: {self.detail}"


def observe(ctx: Context, change_id: int) -> tuple[Observed, ...]:
    """Collect each interrupted device of a change; a person decides then what became of it.

    Needs `change.read` and `device.collect` on each. Commits before a device is spoken to.
    """
    change = ctx.get(ChangeRequest, change_id)
    for permission in ("change.read", "device.collect"):
        require_on_all(ctx, change, permission)
    if change.state != State.INTERRUPTED:
        raise WrongState(f"Change {change_id} is {change.state}; none of its devices is in doubt.")
    touched = {
        one.device_id: one.touched_at
        for one in change.targets if one.state == Target.INTERRUPTED
    }  # fmt: skip
    targets = [one for one in plan_of(change).targets if one.device_id in touched]
    found = {one.device_id: _observed(ctx, one, touched[one.device_id]) for one in targets}
    change = ctx.get_locked(ChangeRequest, change_id)
    for row in change.targets:
        if row.state == Target.INTERRUPTED and row.device_id in found:
            row.result = f"Observed {ctx.now():%F %H:%M %Z}: it {found[row.device_id].words}."
    ctx.record(
        "change.observed", change,
        devices={one.hostname: one.words for one in found.values()},
    )  # fmt: skip
    return tuple(found.values())


def _observed(ctx: Context, target: TargetPlan, touched_at: datetime | None) -> Observed:
    standing, detail = verification.standing(target, verification.observe(ctx, target))
    return Observed(
        device_id=target.device_id, hostname=target.hostname, standing=standing,
        detail=detail + pending(target, touched_at, now=ctx.now()),
    )  # fmt: skip


def pending(target: TargetPlan, touched_at: datetime | None, *, now: datetime) -> str:
    """That the device may still go back by itself; empty where it cannot any more."""
    if target.guard is None or touched_at is None:
        return ""
    over = touched_at + timedelta(minutes=target.guard.minutes)
    if over <= now:
        return ""
    return f". Its own guard may still take it back, until {over:%F %H:%M %Z}: look again then"
