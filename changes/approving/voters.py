"""Whose word counts on a change, their own or on another's behalf. Records nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from changes.approving import delegations
from changes.models import Approval, ChangeRequest
from changes.requests import devices_of
from core.actor import Actor
from core.context import Context
from organization.models import Person
from organization.people import actor_of
from organization.permissions import holders


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A person who may vote; `behalf` where the right to is another one's."""

    person: Person
    behalf: Person | None = None


def voice_of(ctx: Context, change: ChangeRequest, permission: str) -> Voice | None:
    """What the acting person may vote as: in their own name, else for an absent or delegating one.

    None where neither has the permission on every device, or the one represented asked for it.
    """
    me = ctx.person.person_id
    if me is None:
        return None
    person = ctx.get(Person, me)
    if may(ctx, change, actor_of(person), permission):
        return Voice(person=person)
    for behalf in delegations.represented(ctx, me):
        asked = behalf.id == change.requested_by_id
        if not asked and may(ctx, change, actor_of(behalf), permission):
            return Voice(person=person, behalf=behalf)
    return None


def counts(ctx: Context, change: ChangeRequest, vote: Approval, permission: str) -> bool:
    """Whether a vote counts now: the voter, or who gave them the right, still may."""
    rightful = vote.behalf or vote.person
    return (
        vote.person.active
        and change.requested_by_id not in {vote.person_id, rightful.id}
        and may(ctx, change, actor_of(rightful), permission)
    )


def may(ctx: Context, change: ChangeRequest, actor: Actor, permission: str) -> bool:
    """Whether somebody has a permission on every device of the change."""
    allows = ctx.authority.allows
    return all(allows(ctx.session, actor, permission, unit) for unit in _units(change))


def voters(ctx: Context, change: ChangeRequest, permission: str) -> Sequence[Voice]:
    """Who may still vote now: not the requester, not who voted, absent ones by their deputies.

    Who took back a vote on the present plan has spoken on it; only another plan opens it anew.
    """
    able = [set(holders(ctx.session, permission, unit, now=ctx.now())) for unit in _units(change)]
    people = sorted(set.intersection(*able), key=lambda one: one.username) if able else []
    cast = [
        vote for vote in change.approvals
        if vote.voided_at is None or vote.digest == change.digest
    ]  # fmt: skip
    out = {
        change.requested_by_id, *(vote.person_id for vote in cast),
        *(vote.behalf_id for vote in cast),
    }  # fmt: skip
    absent = delegations.absent_now(ctx)
    deputies = delegations.deputies(ctx, [one.id for one in people])
    own = [Voice(person=one) for one in people if one.id not in out | absent]
    known = {voice.person.id for voice in own} | out
    others = [
        Voice(person=deputy, behalf=one)
        for one in people if one.id not in out
        for deputy in deputies.get(one.id, ()) if deputy.id not in known
    ]  # fmt: skip
    return [*own, *others]


def _units(change: ChangeRequest) -> Iterable[int | None]:
    return {device.governing_unit_id for device in devices_of(change)}
