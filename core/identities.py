"""Who a person in the records is: commitments that can be opened, and made closed for ever.

A record names a person by number and commitment, the SHA-256 over the byte 2, a salt of 32 bytes
and the RFC 8785 JSON of name and username. Without the salt nobody can tell whose it is, not by
trying names either; so erasing the row here erases the name, and no record changes.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

from sqlalchemy import (
    DDL,
    BigInteger,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    Text,
    case,
    column,
    event,
    func,
    insert,
    select,
    table,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from core.canonical import canonical
from core.database import Base, GuardedSession

SALT_BYTES = 32
TELLING = {"person", "identity"}
"""The members of what tells of a person in facts."""
PSEUDONYM = "erased person "
KNOWN = "known identities"
"""In a session: commitments by person, as long as the transaction lasts."""
PERSON = table("person", column("id", Integer), column("username", Text), column("name", Text))
"""What is asked of the persons' table, which belongs to a room above."""


class PersonIdentity(Base):
    """A person as named at some time; erased, it keeps the commitment and no name."""

    __tablename__ = "person_identity"
    __table_args__ = (Index("ix_person_identity_person", "person_id"),)
    audited: ClassVar[bool] = False  # made by a record, erased by one

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    commitment: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    username: Mapped[str | None] = mapped_column(Text, index=True)
    name: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None]

    @property
    def shown(self) -> str:
        """What the person is called where records are read."""
        return self.username if self.username is not None else pseudonym(self.commitment)


PROTECT = DDL(  # type: ignore[no-untyped-call]
    """
CREATE OR REPLACE FUNCTION person_identity_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.salt IS NULL
           AND NEW.username IS NULL AND NEW.name IS NULL AND NEW.id = OLD.id
           AND NEW.commitment = OLD.commitment AND NEW.person_id = OLD.person_id THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'identities of persons are only erased: %% refused', TG_OP;
END $$;
CREATE OR REPLACE TRIGGER person_identity_kept BEFORE UPDATE OR DELETE ON person_identity
    FOR EACH ROW EXECUTE FUNCTION person_identity_is_kept();
CREATE OR REPLACE TRIGGER person_identity_no_truncate BEFORE TRUNCATE ON person_identity
    FOR EACH STATEMENT EXECUTE FUNCTION person_identity_is_kept();
"""
)
event.listen(PersonIdentity.__table__, "after_create", PROTECT)


def commitment_of(*, salt: bytes, username: str, name: str) -> bytes:
    """The 32 bytes that stand for this name."""
    return sha256(b"\2" + salt + canonical({"name": name, "username": username})).digest()


def pseudonym(commitment: bytes) -> str:
    """What an erased person is called."""
    return f"{PSEUDONYM}{commitment.hex()[:8]}"


def identity_of(session: Session, person_id: int) -> bytes | None:
    """The commitment to the person's present name, made at need; None where nobody is."""
    known = session.info.setdefault(KNOWN, {})
    if person_id not in known:
        known[person_id] = _kept(session, person_id) or _made(session, person_id)
    found: bytes | None = known[person_id]
    return found


def names_of(session: Session, commitments: Collection[bytes]) -> Mapping[bytes, str]:
    """What the persons behind these commitments are called where records are read."""
    rows = select(PersonIdentity).where(PersonIdentity.commitment.in_(commitments))
    return {row.commitment: row.shown for row in session.scalars(rows)}


def readable(session: Session, told: Sequence[object]) -> list[object]:
    """The same values, with names where they tell of persons; for who may read records."""
    found = {one for value in told for one in _commitments(value)}
    names = names_of(session, found) if found else {}
    return [_named(value, names) for value in told]


def _commitments(value: object) -> Iterator[bytes]:
    """The commitments in facts that tell of persons."""
    if isinstance(value, dict):
        if value.keys() == TELLING and isinstance(value["identity"], str):
            yield bytes.fromhex(value["identity"])
        for one in value.values():
            yield from _commitments(one)
    elif isinstance(value, list):
        for one in value:
            yield from _commitments(one)


def _named(value: object, names: Mapping[bytes, str]) -> object:
    if isinstance(value, dict):
        if value.keys() == TELLING:
            known = bytes.fromhex(str(value["identity"] or ""))
            return names.get(known, f"person {value['person']}")
        return {name: _named(one, names) for name, one in value.items()}
    return [_named(one, names) for one in value] if isinstance(value, list) else value


def called(name: str) -> ColumnElement[bool]:
    """Whether an identity is shown by this name: a username, or a pseudonym."""
    shown = func.concat(PSEUDONYM, func.left(func.encode(PersonIdentity.commitment, "hex"), 8))
    return func.coalesce(PersonIdentity.username, shown) == name


def forget(session: Session) -> None:
    """Look identities up anew: names changed."""
    session.info.pop(KNOWN, None)


def _kept(session: Session, person_id: int) -> bytes | None:
    """The first identity with the name that the person has now; erased ones keep the last."""
    named = (PERSON.c.username == PersonIdentity.username) & (PERSON.c.name == PersonIdentity.name)
    erased = PersonIdentity.erased_at.is_not(None)
    rows = (
        select(PersonIdentity.commitment)
        .join(PERSON, PERSON.c.id == PersonIdentity.person_id)
        .where(PersonIdentity.person_id == person_id, named | erased)
        .order_by(case((erased, -PersonIdentity.id), else_=PersonIdentity.id))
        .limit(1)
    )
    return session.scalar(rows)


def _made(session: Session, person_id: int) -> bytes | None:
    """A new identity. Two made at once are both right: each opens to the same name."""
    person = session.execute(select(PERSON).where(PERSON.c.id == person_id)).one_or_none()
    if person is None:
        return None
    salt = os.urandom(SALT_BYTES)
    made = commitment_of(salt=salt, username=person.username, name=person.name)
    session.execute(
        insert(PersonIdentity).values(
            commitment=made, person_id=person_id, salt=salt, username=person.username,
            name=person.name,
        )
    )  # fmt: skip
    return made


@event.listens_for(GuardedSession, "after_soft_rollback")
def _forget_rolled_back(session: Session, _transaction: object) -> None:
    forget(session)


@event.listens_for(GuardedSession, "after_transaction_end")
def _forget_ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        forget(session)
