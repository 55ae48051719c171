"""How far a change is: its waves, devices and gates, for the doors. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from changes import claims
from changes.models import ChangeRequest, ChangeRun
from changes.plans import waves_of
from changes.requests import get_change, plan_of
from changes.running.models import GateResult
from core.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a device stands, in `changes.states.Target`'s words, and why."""

    device_id: int
    hostname: str
    state: str
    result: str
    touched_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveProgress:
    """One wave, counted from 0; more than `may_fail` failures in it end the change."""

    number: int
    may_fail: int
    devices: tuple[Standing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A change under way. `asked` is what a person wants of it and nothing has come of yet."""

    state: str
    undo: str
    asked: str
    waves: tuple[WaveProgress, ...]


def progress(ctx: Context, change_id: int) -> Progress:
    """How far the change is. Needs `change.read` on each of its devices."""
    change = get_change(ctx, change_id)
    plan = plan_of(change)
    rows = {
        one.device_id: Standing(
            device_id=one.device_id, hostname=one.hostname, state=one.state, result=one.result,
            touched_at=one.touched_at,
        )
        for one in change.targets
    }  # fmt: skip
    waves = tuple(
        WaveProgress(
            number=number, may_fail=wave.may_fail,
            devices=tuple(rows[one.device_id] for one in targets),
        )
        for number, (wave, targets) in enumerate(waves_of(plan))
    )  # fmt: skip
    return Progress(state=change.state, undo=plan.undo, asked=_asked(ctx, change), waves=waves)


def _asked(ctx: Context, change: ChangeRequest) -> str:
    """The strongest wish that the change's last run has not come to yet."""
    wishes: dict[str, tuple[claims.Wish, ...]] = {
        "running": ("roll_back", "stop", "pause"), "paused": ("roll_back", "resume"),
    }  # fmt: skip
    found = (one for one in wishes.get(change.state, ()) if claims.wished(ctx, change, one))
    return next(found, "")


def gates(ctx: Context, change_id: int) -> Sequence[GateResult]:
    """What the checks between the waves saw, in order. Needs `change.read` on each device."""
    change = get_change(ctx, change_id)
    query = (
        select(GateResult)
        .join(ChangeRun, ChangeRun.id == GateResult.run_id)
        .where(ChangeRun.change_id == change.id)
        .order_by(GateResult.id)
    )
    return ctx.session.scalars(query).all()
