"""Persons and their sign-in. Passwords are kept as argon2id hashes only (RFC 9106)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, select, update

from core.actor import Actor
from core.audit import AuditRecord, Fact, Subject
from core.context import Context
from core.errors import Conflict, InvalidInput, NotPermitted, TrimtabError
from organization.models import ApiToken, Person, PostHolding, WebSession

MIN_PASSWORD = 10  # characters; NIST SP 800-63B asks for 8 at least
FAILURES = 5
WINDOW = timedelta(minutes=15)
ERASED = "erased-"  # what usernames of erased persons begin with
LONGEST_NAME = 200  # characters of a typed name that are looked at

hasher = PasswordHasher()
UNKNOWN_HASH = hasher.hash("nobody has this password")  # unknown names cost the same time


class SignInRefused(NotPermitted):
    code: ClassVar[str] = "sign_in_refused"


class Throttled(TrimtabError):
    code: ClassVar[str] = "throttled"


def create_person(
    ctx: Context, *, username: str, name: str, email: str | None = None, password: str | None = None
) -> Person:
    """Add a person. Needs `organization.write`; a person without a password cannot sign in."""
    ctx.require("organization.write")
    if not username.strip() or username != username.strip():
        raise InvalidInput("A username has no spaces around it and is not empty.")
    if len(username) > LONGEST_NAME or not username.isprintable():
        raise InvalidInput(f"A username has at most {LONGEST_NAME} characters, all printable.")
    if username.startswith(ERASED):
        raise InvalidInput(f"No username begins with {ERASED}: erased persons are called so.")
    if ctx.session.scalar(select(Person.id).where(Person.username == username)):
        raise Conflict(f"There is a person {username} already.", username=username)
    person = ctx.add(
        Person(
            username=username, name=name, email=email, created_at=ctx.now(), active=True,
            password_hash=_hash(password) if password is not None else None,
        )
    )  # fmt: skip
    ctx.record("person.created", person)
    return person


def set_password(ctx: Context, person: Person, password: str) -> None:
    """Replace a password: one's own, or with `organization.write` anybody's; ends web sessions."""
    if ctx.person.person_id != person.id:
        ctx.require("organization.write", person)
    person.password_hash = _hash(password)
    _end_sessions(ctx, person)
    ctx.record("person.password_set", person)


def deactivate(ctx: Context, person: Person) -> None:
    """End a person's posts, tokens and sessions at once. The row stays: records name it."""
    ctx.require("organization.write", person)
    person.active = False
    live = (PostHolding.until.is_(None)) | (PostHolding.until > ctx.now())
    for holding in ctx.session.scalars(
        select(PostHolding).where(PostHolding.person_id == person.id, live)
    ):
        holding.until = max(ctx.now(), holding.since)
    ctx.session.execute(
        update(ApiToken)
        .where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=ctx.now())
    )
    _end_sessions(ctx, person)
    ctx.record("person.deactivated", person)


def _end_sessions(ctx: Context, person: Person) -> None:
    ctx.session.execute(delete(WebSession).where(WebSession.person_id == person.id))


def by_username(ctx: Context, username: str) -> Person:
    person = ctx.session.scalar(select(Person).where(Person.username == username))
    if person is None:
        raise InvalidInput(f"There is no person {username}.", username=username)
    return person


def list_people(ctx: Context) -> list[Person]:
    ctx.require("organization.read")
    return list(ctx.session.scalars(select(Person).order_by(Person.username)))


def authenticate(ctx: Context, username: str, password: str) -> Person:
    """The person with this name and password; every try is recorded.

    Raises SignInRefused without telling whether name or password was wrong, Throttled after five
    failures of a name within a quarter of an hour.
    """
    username = username.encode("utf-8", "replace").decode().replace("\0", "?")[:LONGEST_NAME]
    person = ctx.session.scalar(select(Person).where(Person.username == username))
    subject = _tried(username, person)
    if _failures(ctx, subject) >= FAILURES:
        raise Throttled("Too many failed sign-ins for this name; try again in 15 minutes.")
    known = person.password_hash if person is not None and person.active else None
    if not _matches(known or UNKNOWN_HASH, password) or known is None or person is None:
        ctx.record("sign_in.refused", subject)
        ctx.commit()
        raise SignInRefused("Name or password is wrong.")
    if hasher.check_needs_rehash(known):
        person.password_hash = hasher.hash(password)
    ctx.record("sign_in.accepted", person)
    return person


def _tried(username: str, person: Person | None) -> Subject:
    """Whom a sign-in is about: a person by number, or a name that nobody has."""
    if person is None:
        return Subject(type="sign_in", id=username, label=username)
    return Subject(type="person", id=str(person.id), label=person.record_label)


def in_records(ctx: Context, told: Mapping[str, str]) -> dict[str, Fact]:
    """The same, with every value that is a person's username as records tell of persons."""
    known = select(Person.username, Person.id).where(Person.username.in_(set(told.values())))
    ids = {row.username: row.id for row in ctx.session.execute(known)}
    return {
        name: ctx.identified(ids[value]) if value in ids else value for name, value in told.items()
    }


def actor_of(person: Person) -> Actor:
    return Actor(name=person.username, person_id=person.id)


def _failures(ctx: Context, subject: Subject) -> int:
    """Failed tries since the window began or the last success."""
    success = select(func.max(AuditRecord.recorded_at)).where(
        AuditRecord.action == "sign_in.accepted", AuditRecord.subject_type == subject.type,
        AuditRecord.subject_id == subject.id,
    )  # fmt: skip
    since = max(ctx.session.scalar(success) or ctx.now() - WINDOW, ctx.now() - WINDOW)
    query = select(func.count()).select_from(AuditRecord).where(
        AuditRecord.action == "sign_in.refused",
        AuditRecord.subject_type == subject.type,
        AuditRecord.subject_id == subject.id,
        AuditRecord.recorded_at > since,
    )  # fmt: skip
    return ctx.session.scalar(query) or 0


def _hash(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise InvalidInput(f"A password has at least {MIN_PASSWORD} characters.")
    return hasher.hash(password)


def _matches(known: str, password: str) -> bool:
    try:
        return hasher.verify(known, password)
    except VerificationError:
        return False
