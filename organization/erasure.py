"""Erase who a person was, for good. No record changes, and every proof holds.

The person's row stays under a pseudonym, since rows and records refer to its number. What other
rooms keep of a person is theirs to tell and to erase: each is a `Tie`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from typing import Protocol

from sqlalchemy import delete, func, or_, select, text, update

from core.context import Context
from core.errors import Conflict, InvalidInput
from core.identities import PersonIdentity, forget, identity_of, pseudonym
from organization.models import ApiToken, Person, PostHolding, WebSession
from organization.people import ERASED, by_username

_NAMING = text("""
SELECT count(*) FROM audit_record WHERE position(CAST(:form AS bytea) IN canonical) > 0 AND (
    actor_id = :person OR position(CAST(:username AS bytea) IN canonical) > 0
    OR position(CAST(:name AS bytea) IN canonical) > 0
)
""")
OLD_FORM = b'"format":1,"origin":'
"""What stands in records of format 1, behind their facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a person is called, and what takes its place."""

    username: str
    name: str
    pseudonym: str

    def erased_from(self, told: str) -> str:
        """The text with the pseudonym wherever a name stands as a word."""
        for one in sorted({self.name, self.username}, key=len, reverse=True):
            told = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", lambda _: self.pseudonym, told)
        return told

    def stand_in(self, told: str) -> bool:
        """Whether a name stands there as a word, or a part of one does, in whatever case."""
        alike = "|".join(map(re.escape, {self.username, *self.name.split()}))
        return re.search(rf"(?<!\w)(?:{alike})(?!\w)", told, re.IGNORECASE) is not None


class Tie(Protocol):
    """What a room keeps of persons."""

    def holds(self, ctx: Context, person: Person) -> str | None:
        """What still needs the person, in words; None when nothing does."""
        ...

    def erase(self, ctx: Context, person: Person, names: Names) -> None:
        """Take the person's names out of the room's rows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Who is erased: the pseudonym, how many identities were, and what cannot be.

    `old_records` counts records of format 1 that name the person: they were sealed like that.
    """

    person_id: int
    username: str
    name: str
    identities: int
    old_records: int


def erase_person(ctx: Context, username: str, *, reason: str, ties: Sequence[Tie] = ()) -> Erased:
    """Erase a deactivated person's name, for good. Needs `person.erase`, and a reason.

    Raises Conflict while the person is active, holds a post, or is needed elsewhere.
    """
    ctx.require("person.erase")
    person = ctx.get_locked(Person, by_username(ctx, username).id)
    _require_free(ctx, person, ties)
    commitment = identity_of(ctx.session, person.id)
    assert commitment is not None  # noqa: S101 - the person is there
    names = Names(username=person.username, name=person.name, pseudonym=pseudonym(commitment))
    _require_nameless(reason, names)
    old = _naming(ctx, person)
    for tie in ties:
        tie.erase(ctx, person, names)
    identities = _forgotten(ctx, person, names)
    ctx.record(
        "person.erased", person, reason=reason, identities=identities, old_records=old
    )  # fmt: skip
    return Erased(
        person_id=person.id, username=person.username, name=person.name, identities=identities,
        old_records=old,
    )  # fmt: skip


def _require_free(ctx: Context, person: Person, ties: Sequence[Tie]) -> None:
    """Raise Conflict while something needs the person."""
    if person.id == ctx.person.person_id:
        raise Conflict("Nobody erases themselves; ask a colleague with the permission.")
    if person.username.startswith(ERASED):
        raise Conflict(f"{person.name} is erased already.", username=person.username)
    if person.active:
        raise Conflict(
            f"{person.username} is active. End the access first "
            f"(`trimtab user deactivate {person.username}`).",
            username=person.username,
        )
    live = or_(PostHolding.until.is_(None), PostHolding.until > ctx.now())
    held = select(PostHolding.id).where(PostHolding.person_id == person.id, live)
    if ctx.session.scalar(held.limit(1)) is not None:
        raise Conflict(f"{person.username} still holds a post; release it first.")
    for why in (tie.holds(ctx, person) for tie in ties):
        if why is not None:
            raise Conflict(f"{person.username} cannot be erased yet: {why}")


def _require_nameless(reason: str, names: Names) -> None:
    if not reason.strip():
        raise InvalidInput("Say why the person is erased: by whose wish, by which rule.")
    if names.stand_in(reason):
        raise InvalidInput(
            "The reason holds the person's name or a part of it, and stays in the log; leave names "
            "out."
        )


def _naming(ctx: Context, person: Person) -> int:
    """How many records of format 1 hold the name; their whole text is looked through."""
    told = {"username": quoted(person.username).encode(), "name": quoted(person.name).encode()}
    asked = {"form": OLD_FORM, "person": person.id, **told}
    return int(ctx.session.scalar(_NAMING, asked) or 0)


def _forgotten(ctx: Context, person: Person, names: Names) -> int:
    """Take the names away from the person and from all identities; how many those were."""
    session, mine = ctx.session, PersonIdentity.person_id == person.id
    tokens = update(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
    session.execute(tokens.values(revoked_at=ctx.now()))
    session.execute(delete(WebSession).where(WebSession.person_id == person.id))
    person.username, person.name = f"{ERASED}{person.id}", names.pseudonym
    person.email = person.password_hash = None
    session.flush()
    known = update(PersonIdentity).where(mine, PersonIdentity.erased_at.is_(None))
    session.execute(known.values(salt=None, username=None, name=None, erased_at=ctx.now()))
    forget(session)
    return session.scalar(select(func.count()).select_from(PersonIdentity).where(mine)) or 0
