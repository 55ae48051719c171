"""What posts allow. Reads units, posts and holdings; changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from core.actor import ActingFor, Actor
from core.context import utc_now
from organization.models import Person, Post, PostHolding, Unit

PERMISSIONS: Mapping[str, str] = {
    "device.read": "See sites, devices, relations and their state.",
    "device.write": "Add, change and retire sites and devices; adopt discovered ones.",
    "device.collect": "Collect a device's configuration now; discover devices.",
    "discovery.allow": "Allow address ranges to be probed, with which login, and withdraw them.",
    "credential.read": "See credentials (references and usernames, never secrets).",
    "credential.write": "Add and change credentials.",
    "secret.write": "Put secrets into the encrypted store.",
    "snapshot.read": "Read observed configurations, secrets redacted.",
    "snapshot.reveal": "See a configuration with its secrets; every look is recorded.",
    "baseline.approve": "Make a snapshot or an intended text the approved baseline.",
    "drift.read": "See findings and compliance.",
    "drift.suppress": "Suppress a finding for a time, with a reason.",
    "drift.scan": "Have devices collected and judged.",
    "noise.learn": "Have a device read twice, and lines that change by themselves proposed.",
    "noise.approve": "Approve, reject and withdraw masks for such lines; two persons have to.",
    "event.read": "See events.",
    "event.write": "Acknowledge, assign, link and close events.",
    "problem.read": "See problems and known errors.",
    "problem.write": "Open, describe and resolve problems.",
    "knowledge.read": "Read knowledge articles.",
    "knowledge.write": "Write and revise knowledge articles.",
    "change.read": "See change requests, approvals, executions.",
    "change.request": "Request changes and withdraw one's own.",
    "change.comment": "Comment on changes and on lines of their difference.",
    "change.approve": "Approve or reject changes of others.",
    "change.authorise": "Give the last approval to changes of high risk (change authority).",
    "change.break_glass": "Execute an emergency change alone while on duty.",
    "change.execute": "Run approved changes and roll them back.",
    "change.stop": "Stop a running change.",
    "calendar.write": "Make and end maintenance windows and freezes.",
    "freeze.except": "Let a single change of others run in a freeze.",
    "maintenance.read": "See maintenance plans and what their runs found.",
    "maintenance.write": "Make, run and end maintenance plans.",
    "schedule.read": "See schedules.",
    "schedule.write": "Create, pause and resume schedules.",
    "audit.read": "Read, verify and export audit records.",
    "audit.seal": "Give the audit log a new key; lay its heads down outside.",
    "audit.archive": "Let old audit records leave the database for signed files, and come back.",
    "audit.witness": "Have heads of another Trimtab's audit log countersigned.",
    "organization.read": "See units, posts and persons.",
    "organization.write": "Administer units, posts, persons and their holdings.",
    "person.erase": "Erase a former person's name for good.",
    "policy.read": "Read policies.",
    "policy.write": "Publish policies.",
    "token.write": "Issue and revoke tokens of others.",
}

_READ = tuple(name for name in PERMISSIONS if name.endswith(".read"))
_SEE = tuple(name for name in _READ if name not in {"audit.read", "credential.read"})

_ENGINEER = (
    *_SEE, "device.write", "device.collect", "drift.scan", "noise.learn", "change.request",
    "change.comment", "change.execute", "change.stop", "event.write", "problem.write",
    "knowledge.write", "maintenance.write",
)  # fmt: skip

POST_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "administrator": (
        *_SEE, "credential.read", "audit.read", "organization.write", "policy.write",
        "token.write", "device.write", "discovery.allow", "credential.write", "secret.write",
        "schedule.write", "calendar.write", "audit.seal", "audit.archive", "person.erase",
    ),
    "network engineer": _ENGINEER,
    "duty engineer": (*_ENGINEER, "change.break_glass"),
    "approver": (
        *_SEE, "change.comment", "change.approve", "change.stop", "baseline.approve",
        "drift.suppress",
        "noise.approve", "freeze.except",
    ),
    "change authority": (
        *_SEE, "change.comment", "change.approve", "change.authorise", "change.stop",
        "baseline.approve", "freeze.except",
    ),
    "operator": (
        *_SEE, "device.collect", "drift.scan", "noise.learn", "event.write", "problem.write",
        "knowledge.write", "change.comment", "change.stop", "maintenance.write",
    ),
    "compliance officer": (
        *_SEE, "drift.scan", "policy.write", "schedule.write", "calendar.write", "audit.read",
    ),
    "auditor": _READ,
}  # fmt: skip
"""What usual posts allow; nobody who may approve may also request or execute."""


def holders(
    session: Session, permission: str, unit_id: int | None, *, now: datetime
) -> list[Person]:
    """The active persons whose posts give the permission in this unit; None asks for the roots."""
    above = select(Unit.id, Unit.parent_id).where(
        Unit.parent_id.is_(None) if unit_id is None else Unit.id == unit_id
    ).cte("above", recursive=True)  # fmt: skip
    parents = select(Unit.id, Unit.parent_id).where(Unit.id == above.c.parent_id)
    above = above.union(parents)
    rows = (
        select(Person)
        .join(PostHolding, PostHolding.person_id == Person.id)
        .join(Post, Post.id == PostHolding.post_id)
        .where(
            Post.unit_id.in_(select(above.c.id)), Post.permissions.contains([permission]),
            Person.active, PostHolding.since <= now,
            (PostHolding.until.is_(None)) | (PostHolding.until > now),
        )
        .distinct()
    )  # fmt: skip
    return list(session.scalars(rows))


class Asked(Protocol):
    """An authority as contexts have it."""

    def units(self, session: Session, actor: Actor, permission: str) -> frozenset[int]: ...

    def allows(
        self, session: Session, actor: Actor, permission: str, unit_id: int | None
    ) -> bool: ...

    def post(
        self, session: Session, actor: Actor, permission: str, unit_id: int | None
    ) -> ActingFor | None: ...


@dataclass(frozen=True, slots=True)
class Remembering:
    """Asks an authority once for each person and permission: for one look at many things.

    Never kept longer than that, as posts are given and taken.
    """

    authority: Asked
    known: dict[tuple[Actor, str], frozenset[int]] = field(default_factory=dict)

    def units(self, session: Session, actor: Actor, permission: str) -> frozenset[int]:
        key = (actor, permission)
        if key not in self.known:
            self.known[key] = self.authority.units(session, actor, permission)
        return self.known[key]

    def allows(self, session: Session, actor: Actor, permission: str, unit_id: int | None) -> bool:
        if actor.person_id is None or unit_id is None:
            return self.authority.allows(session, actor, permission, unit_id)
        return unit_id in self.units(session, actor, permission)

    def post(
        self, session: Session, actor: Actor, permission: str, unit_id: int | None
    ) -> ActingFor | None:
        return self.authority.post(session, actor, permission, unit_id)


@dataclass(frozen=True, slots=True)
class PostAuthority:
    """A permission held in a unit covers that unit and all below it; nobody is exempt."""

    now: Callable[[], datetime] = utc_now

    def units(self, session: Session, actor: Actor, permission: str) -> frozenset[int]:
        if actor.person_id is None:
            allowed = permission in actor.granted
            return frozenset(session.scalars(select(Unit.id))) if allowed else frozenset()
        held = (
            select(Post.unit_id)
            .join(PostHolding, PostHolding.post_id == Post.id)
            .join(Person, Person.id == PostHolding.person_id)
            .where(
                Person.id == actor.person_id,
                Person.active,
                Post.permissions.contains([permission]),
                PostHolding.since <= self.now(),
                (PostHolding.until.is_(None)) | (PostHolding.until > self.now()),
            )
        )
        below = select(Unit.id).where(Unit.id.in_(held)).cte("below", recursive=True)
        below = below.union(select(Unit.id).where(Unit.parent_id == below.c.id))
        return frozenset(session.scalars(select(below.c.id)))

    def allows(self, session: Session, actor: Actor, permission: str, unit_id: int | None) -> bool:
        if actor.person_id is None:
            return permission in actor.granted
        units = self.units(session, actor, permission)
        if unit_id is not None:
            return unit_id in units
        roots = frozenset(session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))))
        return bool(units & roots)

    def post(
        self, session: Session, actor: Actor, permission: str, unit_id: int | None
    ) -> ActingFor | None:
        if actor.person_id is None:
            return None
        held = (
            select(Post.id, Post.title, Unit.id.label("unit_id"), Unit.code)
            .join(PostHolding, PostHolding.post_id == Post.id)
            .join(Unit, Unit.id == Post.unit_id)
            .where(
                PostHolding.person_id == actor.person_id, Post.permissions.contains([permission]),
                PostHolding.since <= self.now(),
                (PostHolding.until.is_(None)) | (PostHolding.until > self.now()),
            )
            .limit(1)
        )  # fmt: skip
        if unit_id is None:
            held = held.order_by(Unit.parent_id.is_not(None), Post.id)
        else:
            first = select(Unit.id, Unit.parent_id, literal(0).label("far"))
            above = first.where(Unit.id == unit_id).cte("above", recursive=True)
            parents = select(Unit.id, Unit.parent_id, above.c.far + 1)
            above = above.union_all(parents.where(Unit.id == above.c.parent_id))
            held = held.join(above, above.c.id == Unit.id).order_by(above.c.far, Post.id)
        row = session.execute(held).first()
        return row and ActingFor(
            permission=permission, post_id=row.id, post=row.title, unit_id=row.unit_id,
            unit=row.code,
        )  # fmt: skip
