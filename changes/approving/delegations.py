"""Absences, and who approves on whose behalf meanwhile. Nobody hands on what was handed to them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from changes.approving.models import Delegation
from core.context import Context
from core.errors import InvalidInput, NotPermitted
from organization.models import Person


def delegate(
    ctx: Context, person: Person, *, begins_at: datetime, ends_at: datetime, reason: str,
    deputy: Person | None = None, absent: bool = True,
) -> Delegation:  # fmt: skip
    """Say that a person is absent, and who approves on their behalf (nobody, where none is named).

    One's own, or with `organization.write` anybody's, but nobody makes themselves a deputy. A
    deputy's word counts as the person's: only where the person may approve, once for both of them,
    and never on a change that either asked for.
    """
    _require_own(ctx, person)
    if deputy is not None and deputy.id == ctx.person.person_id != person.id:
        raise NotPermitted(
            f"{deputy.username} cannot make themselves the deputy of {person.username}; the person "
            "does, or another administrator of the organization."
        )
    if begins_at.tzinfo is None or ends_at.tzinfo is None:
        raise InvalidInput("The times of a delegation name their time zone.")
    if ends_at <= max(begins_at, ctx.now()):
        raise InvalidInput("A delegation ends after it begins, and not in the past.")
    if not reason.strip():
        raise InvalidInput("Say why; auditors read who approved for whom.")
    if deputy is None and not absent:
        raise InvalidInput("Name the deputy, or say that the person is absent.")
    if deputy is not None and (deputy.id == person.id or not deputy.active):
        raise InvalidInput(f"{deputy.username} cannot be the deputy of {person.username}.")
    row = ctx.add(
        Delegation(
            person_id=person.id, deputy_id=deputy.id if deputy else None, absent=absent,
            begins_at=begins_at, ends_at=ends_at, reason=reason,
        )
    )  # fmt: skip
    ctx.record(
        "delegation.given", row, person=ctx.identified(person.id), absent=absent, reason=reason,
        deputy=ctx.identified(deputy.id if deputy else None), begins_at=begins_at.isoformat(),
        ends_at=ends_at.isoformat(),
    )  # fmt: skip
    return row


def revoke(ctx: Context, delegation_id: int, *, reason: str) -> Delegation:
    """End a delegation now: one's own, or with `organization.write` anybody's."""
    row = ctx.get_locked(Delegation, delegation_id)
    _require_own(ctx, row.person)
    if row.revoked_at is None:
        row.revoked_at = ctx.now()
        ctx.record("delegation.revoked", row, reason=reason)
    return row


def list_delegations(ctx: Context) -> Sequence[Delegation]:
    """Those not over: one's own and those to oneself, or with `organization.read` all."""
    query = select(Delegation).where(
        Delegation.ends_at > ctx.now(), Delegation.revoked_at.is_(None)
    )
    if not ctx.units("organization.read"):
        me = ctx.person.person_id
        query = query.where(or_(Delegation.person_id == me, Delegation.deputy_id == me))
    return ctx.session.scalars(query.order_by(Delegation.begins_at, Delegation.id)).all()


def represented(ctx: Context, deputy_id: int) -> Sequence[Person]:
    """The persons on whose behalf this one may approve now."""
    query = (
        select(Person)
        .join(Delegation, Delegation.person_id == Person.id)
        .where(Delegation.deputy_id == deputy_id, _holds_now(ctx))
        .order_by(Person.id)
    )
    return ctx.session.scalars(query).unique().all()


def deputies(ctx: Context, person_ids: Collection[int]) -> dict[int, list[Person]]:
    """Who may approve on these persons' behalf now, by person."""
    rows = ctx.session.execute(
        select(Delegation.person_id, Person)
        .join(Person, Person.id == Delegation.deputy_id)
        .where(Delegation.person_id.in_(person_ids), Person.active, _holds_now(ctx))
        .order_by(Person.id)
    )
    found: dict[int, list[Person]] = {}
    for key, person in rows:
        found.setdefault(key, []).append(person)
    return found


def absent_now(ctx: Context) -> frozenset[int]:
    """The ids of persons who are absent now."""
    rows = select(Delegation.person_id).where(Delegation.absent, _holds_now(ctx))
    return frozenset(ctx.session.scalars(rows))


def _holds_now(ctx: Context) -> ColumnElement[bool]:
    now = ctx.now()
    return and_(
        Delegation.begins_at <= now, Delegation.ends_at > now, Delegation.revoked_at.is_(None)
    )


def _require_own(ctx: Context, person: Person) -> None:
    """One's own right to approve, or the organization's administration."""
    if ctx.person.person_id == person.id and ctx.units("change.approve"):
        return
    if not ctx.units("organization.write"):
        raise NotPermitted(
            f"{ctx.person.name} cannot speak for {person.username}; the person does, or an "
            "administrator of the organization."
        )
    ctx.require("organization.write")
