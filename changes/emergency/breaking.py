"""Break the glass: one person on duty has an emergency change carried out alone, for a time."""

from collections.abc import Iterable
from datetime import timedelta

from changes import approvals
from changes.approving.comments import require_no_objection
from changes.emergency.grants import PERMISSION, live
from changes.errors import AlreadyDecided, NotAnEmergency, OwnChange
from changes.models import BreakGlass, ChangeRequest
from changes.requests import devices_of, require_on_all
from changes.states import State
from core.context import Context
from core.errors import InvalidInput
from inventory.models import Device
from operations.events import Notice, raise_events

SHORTEST, LONGEST = 5, 240  # minutes
KIND = "break_glass"


def break_glass(
    ctx: Context, change_id: int, *, digest: str, reason: str, minutes: int
) -> BreakGlass:
    """Release exactly the plan behind `digest` on the acting person's word alone.

    Only for the kind emergency; the requester may. It counts for so many minutes, after which no
    wave of the run begins any more. Needs `change.break_glass` on every device. Everything else
    holds: plan, pre-state, window, guards, claims, verification. Raises NotAnEmergency,
    StaleDigest, OpenObjection, AlreadyDecided, InvalidInput and what `approvals.require_current`
    raises.
    """
    change = ctx.get_locked(ChangeRequest, change_id)
    if ctx.person.person_id is None:
        raise OwnChange("The platform breaks no glass; a person on duty does.")
    require_on_all(ctx, change, PERMISSION)
    _check(change, reason, minutes)
    approvals.require_shown(change, digest)
    if live(ctx, change) is not None:
        raise AlreadyDecided(f"The glass of change {change.id} is broken already.")
    require_no_objection(ctx, change)
    approvals.require_current_plan(ctx, change)
    grant = ctx.add(
        BreakGlass(
            change_id=change.id, digest=digest, person_id=ctx.person.person_id,
            reason=reason.strip(), broken_at=ctx.now(),
            valid_until=ctx.now() + timedelta(minutes=minutes),
            review_due_at=ctx.now() + timedelta(hours=ctx.settings.emergency_review_hours),
        )
    )  # fmt: skip
    ctx.session.refresh(change, ["grants"])
    ctx.record(
        "change.glass_broken", change, digest=digest, reason=grant.reason, minutes=minutes,
        valid_until=grant.valid_until.isoformat(), review_due=grant.review_due_at.isoformat(),
    )  # fmt: skip
    raise_events(ctx, list(_notices(change, grant)))
    approvals.release_if_complete(ctx, change)
    return grant


def _check(change: ChangeRequest, reason: str, minutes: int) -> None:
    if change.kind != "emergency":
        raise NotAnEmergency(
            f"Change {change.id} is a {change.kind} change; only an emergency is carried out on "
            "one person's word. Have it approved, or request it as an emergency."
        )
    if change.state != State.PROPOSED:
        raise AlreadyDecided(f"Change {change.id} is {change.state}; there is no glass to break.")
    if not reason.strip():
        raise InvalidInput(
            "Say why it cannot wait for two approvals; the reviewers read it.", field="reason"
        )
    if not SHORTEST <= minutes <= LONGEST:
        raise InvalidInput(
            f"A broken glass counts {SHORTEST} to {LONGEST} minutes, not {minutes}.",
            field="minutes",
        )


def _notices(change: ChangeRequest, grant: BreakGlass) -> Iterable[Notice]:
    """One event for each unit, at its first device, so that everybody of the unit sees it."""
    first = dict[int | None, Device]()
    for device in devices_of(change):
        first.setdefault(device.governing_unit_id, device)
    for device in first.values():
        yield Notice(
            fingerprint=f"{KIND}:{grant.id}:{device.id}", kind=KIND, severity="critical",
            title=f"The glass was broken for {change.label}",
            detail=(
                f"{grant.reason} It counts until {grant.valid_until:%F %H:%M %Z}. Two other "
                f"persons review it until {grant.review_due_at:%F %H:%M %Z} "
                f"(`trimtab emergency review {grant.id}`)."
            ),
            device_id=device.id,
        )  # fmt: skip
