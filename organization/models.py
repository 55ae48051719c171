"""Units, posts, persons and policies as tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from core.audit import Fact
from core.database import Base
from core.identities import identity_of


class Unit(Base):
    """A part of the organization; its jurisdiction is its sites and those of the units below."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)

    @property
    def governing_unit_id(self) -> int | None:
        return self.id

    @property
    def label(self) -> str:
        return self.code


class Post(Base):
    """A function in a unit: its duties and the permissions that go with it.

    One made from a template keeps its name, and gets what the template allows later.
    """

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("unit_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(Text)
    duties: Mapped[str] = mapped_column(Text, default="")
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    template: Mapped[str | None] = mapped_column(Text)

    unit: Mapped[Unit] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.title


class Person(Base):
    """A human being, once: four eyes are two rows of this table."""

    __tablename__ = "person"
    unstated: ClassVar[frozenset[str]] = frozenset({"username", "name", "email", "password_hash"})

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text, deferred=True)  # read to sign in only
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    @property
    def governing_unit_id(self) -> int | None:
        return None

    @property
    def label(self) -> str:
        return self.username

    @property
    def record_label(self) -> str:
        return f"person {self.id}"

    @property
    def marks(self) -> Mapping[str, Fact]:
        """Records about a person name them as records do."""
        session = object_session(self)
        found = identity_of(session, self.id) if session is not None else None
        return {} if found is None else {"identity": found.hex()}


class PostHolding(Base):
    """A person holds a post from one time until another."""

    __tablename__ = "post_holding"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    post: Mapped[Post] = relationship()


class ApiToken(Base):
    """A bearer token of a person; only its hash is kept."""

    __tablename__ = "api_token"
    unstated: ClassVar[frozenset[str]] = frozenset({"token_hash"})

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    @property
    def label(self) -> str:
        return self.name


class WebSession(Base):
    """A signed-in browser."""

    __tablename__ = "web_session"
    audited: ClassVar[bool] = False

    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class Policy(Base):
    """A regulation of the organization; its text lives in versions."""

    __tablename__ = "policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.code


class PolicyVersion(Base):
    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("policy_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    policy: Mapped[Policy] = relationship()
    clauses: Mapped[list["Clause"]] = relationship(order_by="Clause.id")


class Clause(Base):
    """A numbered sentence of a policy version and the compliance rules that watch it."""

    __tablename__ = "clause"
    __table_args__ = (UniqueConstraint("policy_version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    number: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    rules: Mapped[list[str]] = mapped_column(ARRAY(Text))
