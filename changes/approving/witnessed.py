"""Stands every word that lets a change run in the audit records too? Votes and records nothing.

A vote is a row, and whoever writes to the database can write one. A word that nobody gave through
Trimtab has no record; it lets nothing run.
"""

from sqlalchemy import select

from changes import approvals
from changes.catalogue.models import StandardChange
from changes.emergency import grants
from changes.errors import NotApproved
from changes.models import ChangeRequest
from changes.requests import plan_of
from core.context import Context
from core.database import Base
from core.deeds import Deed, deeds, readable

Words = tuple[Base, str, list[tuple[int, str]]]
"""What they are about, the action, and by whom (id) with which digest."""


def require_witnessed(ctx: Context, change: ChangeRequest) -> None:
    """Raise NotApproved naming what lets the change run and stands in no audit record.

    A database role that reads no records judges nothing; it writes no votes either.
    """
    if not readable(ctx):
        return
    asked = deeds(ctx, change, ["change.requested"])
    if change.requested_by_id not in {one.person_id for one in asked}:
        raise _unheard(change, f"that {change.requested_by.name} asked for it")
    subject, action, words = _words(ctx, change)
    given = deeds(ctx, subject, [action])
    for person_id, digest in words:
        if Deed(action=action, person_id=person_id, digest=digest) not in given:
            raise _unheard(change, f"{action} by person {person_id}")


def _unheard(change: ChangeRequest, what: str) -> NotApproved:
    return NotApproved(
        f"Change {change.id} rests on what nobody did through Trimtab: {what} stands in no audit "
        "record. Somebody wrote to the database; find out who, then have it approved anew."
    )


def _words(ctx: Context, change: ChangeRequest) -> Words:
    """What lets the change run now."""
    glass = grants.live(ctx, change)
    if glass is not None:
        return change, "change.glass_broken", [(glass.person_id, glass.digest)]
    source = plan_of(change).source if change.kind == "standard" else None
    if source is not None:
        entry = ctx.session.scalars(
            select(StandardChange).where(
                StandardChange.name == source.name, StandardChange.version == source.version
            )
        ).one()
        action = "standard_change.approved"
        return entry, action, [(one.person_id, one.digest) for one in entry.votes]
    standing = approvals.standing(ctx, change)
    return change, "change.approved", [(one.person_id, one.digest) for one in standing]
