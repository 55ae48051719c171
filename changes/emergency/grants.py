"""Whether a broken glass lets a change run now, and its end. Breaks none."""

from changes.approving.voters import may
from changes.models import BreakGlass, ChangeRequest
from core.context import Context
from organization.people import actor_of

PERMISSION = "change.break_glass"


def live(ctx: Context, change: ChangeRequest) -> BreakGlass | None:
    """The glass that counts now: of the present plan, in its time, by who still may break it."""
    if change.kind != "emergency":
        return None
    return next((one for one in reversed(change.grants) if _counts(ctx, change, one)), None)


def _counts(ctx: Context, change: ChangeRequest, grant: BreakGlass) -> bool:
    return (
        grant.digest == change.digest
        and grant.ended_at is None
        and ctx.now() < grant.valid_until
        and grant.person.active
        and may(ctx, change, actor_of(grant.person), PERMISSION)
    )


def lapse(ctx: Context, change: ChangeRequest, *, reason: str) -> BreakGlass | None:
    """End the last glass that was broken for the present plan, in its time or not; or None.

    The caller records that.
    """
    given = (one for one in reversed(change.grants) if one.digest == change.digest)
    grant = next((one for one in given if one.ended_at is None), None)
    if grant is not None:
        grant.ended_at, grant.end_reason = ctx.now(), reason
        ctx.session.flush()
    return grant


def end(ctx: Context, change: ChangeRequest, *, reason: str) -> None:
    """What a live glass rested on is no more: it counts no longer. The caller records that."""
    grant = live(ctx, change)
    if grant is not None:
        grant.ended_at, grant.end_reason = ctx.now(), reason
        ctx.session.flush()
