"""Reviews that are overdue: they block a unit's changes and are told. Reviews nothing."""

from collections.abc import Collection

from sqlalchemy import Select, select

from changes.errors import EmergencyDebt
from changes.models import BreakGlass, ChangeTarget
from core.context import Context
from inventory.models import Device, Site
from operations import events
from operations.models import Event

BLOCKED = frozenset({"normal", "standard"})
"""Kinds that wait until the debt is paid; emergencies and the end of a device do not."""
KIND = "emergency_review_overdue"


def overdue(ctx: Context, unit_ids: Collection[int]) -> list[BreakGlass]:
    """Broken glasses on devices of these units that two persons did not review in time."""
    return list(
        ctx.session.scalars(
            select(BreakGlass)
            .where(
                BreakGlass.reviewed_at.is_(None), BreakGlass.review_due_at <= ctx.now(),
                BreakGlass.change_id.in_(touching(frozenset(unit_ids))),
            )
            .order_by(BreakGlass.review_due_at)
        )
    )  # fmt: skip


def is_overdue(ctx: Context, grant: BreakGlass) -> bool:
    """Whether two persons did not review it in time."""
    return grant.reviewed_at is None and grant.review_due_at <= ctx.now()


def touching(unit_ids: frozenset[int]) -> Select[int]:
    """The changes that touch a device of these units, as a query of their ids."""
    return (
        select(ChangeTarget.change_id)
        .join(Device, Device.id == ChangeTarget.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(Device.owned_by(unit_ids))
    )


def require_no_debt(ctx: Context, kind: str, unit_ids: Collection[int]) -> None:
    """Raise EmergencyDebt for a normal or standard change of a unit with an overdue review."""
    due = overdue(ctx, unit_ids) if kind in BLOCKED else []
    if due:
        told = ", ".join(f"{one.label} (due {one.review_due_at:%F %H:%M %Z})" for one in due[:10])
        raise EmergencyDebt(
            f"Emergencies of this unit were not reviewed in time: {told}. Two persons "
            "who may approve changes there review them first (`trimtab emergency review`).",
            reviews=", ".join(str(one.id) for one in due),
        )


def tell(ctx: Context) -> int:
    """Raise an event, once, for each review that became overdue; how many. Needs `event.write`."""
    ctx.require("event.write")
    marks = {
        f"{KIND}:{one.id}": one
        for one in ctx.session.scalars(
            select(BreakGlass).where(
                BreakGlass.reviewed_at.is_(None), BreakGlass.review_due_at <= ctx.now()
            )
        )
    }
    known = select(Event.fingerprint).where(Event.fingerprint.in_(marks), Event.state != "closed")
    new = sorted(marks.keys() - set(ctx.session.scalars(known)))
    events.raise_events(ctx, [_notice(mark, marks[mark]) for mark in new])
    return len(new)


def _notice(mark: str, grant: BreakGlass) -> events.Notice:
    return events.Notice(
        fingerprint=mark, kind=KIND, severity="major",
        title=f"Nobody reviewed the emergency {grant.change.label} in time",
        detail=(
            f"The glass was broken at {grant.broken_at:%F %H:%M %Z}; its review was "
            f"due {grant.review_due_at:%F %H:%M %Z}. Until two persons review it the unit's normal "
            "and standard changes are refused."
        ),
        device_id=min(one.device_id for one in grant.change.targets),
    )  # fmt: skip


def close_events(ctx: Context, grant: BreakGlass) -> None:
    """The review is done: what was told of the glass and of the debt is over."""
    rows = select(Event.id).where(
        Event.state != "closed",
        (Event.fingerprint == f"{KIND}:{grant.id}")
        | Event.fingerprint.like(f"break_glass:{grant.id}:%"),
    )
    found = dict.fromkeys(ctx.session.scalars(rows), "Two persons reviewed it.")
    if found:
        events.close_all(ctx, found)
