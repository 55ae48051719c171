"""Audit records: insert-only, canonical, hashed. Never updates or deletes one.

A record's canonical form is RFC 8785 JSON; its digest is the RFC 6962 leaf hash, SHA-256 over a
zero byte and the canonical bytes, so that a Merkle tree can be built over the rows as they are.
Records are made in format 2. Those of format 1, which named persons in clear and told no post,
state, change or execution, stay as they were sealed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import DDL, BigInteger, Index, LargeBinary, Text, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship
from typing_extensions import TypeAliasType

from core.actor import NO_WORK, ActingFor, Actor, Origin, Work
from core.canonical import canonical
from core.database import Base
from core.evidence.tree import leaf_hash
from core.identities import PersonIdentity
from core.states import State

FORMAT = 2

Fact = TypeAliasType(
    "Fact", "str | int | float | bool | Sequence[Fact] | Mapping[str, Fact] | None"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an action was done to."""

    type: str
    id: str
    label: str


ALL = Subject(type="audit", id="all", label="all records")
"""The records as a whole, which are verified and exported."""


class AuditRecord(Base):
    """One action. `canonical` is what was hashed; the other columns are for looking things up.

    `named` is the platform, or a person in format 1; in format 2 `actor_identity` is the commitment
    to a person's name (`core.identities`).
    """

    __tablename__ = "audit_record"
    __table_args__ = (
        Index("ix_audit_record_subject", "subject_type", "subject_id", "id"),
        Index("ix_audit_record_actor", "actor_id", "id"),
        Index("ix_audit_record_action", "action", "id"),
        Index("ix_audit_record_change", "change_id", "id",
              postgresql_where=text("change_id IS NOT NULL")),
        Index("ix_audit_record_execution", "execution_id", "id",
              postgresql_where=text("execution_id IS NOT NULL")),
    )  # fmt: skip
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - far workers may not read `xact`
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    named: Mapped[str | None] = mapped_column("actor_name", Text)
    actor_identity: Mapped[bytes | None] = mapped_column(LargeBinary)
    action: Mapped[str] = mapped_column(Text)
    subject_type: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    subject_label: Mapped[str] = mapped_column(Text)
    change_id: Mapped[int | None]
    execution_id: Mapped[int | None] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Fact]] = mapped_column(JSONB)
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    xact: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)"), index=True,
        deferred=True,
    )  # fmt: skip
    """The number of the database's transaction: the sealer looks records up by it, no more."""

    identity: Mapped[PersonIdentity | None] = relationship(
        primaryjoin=lambda: foreign(AuditRecord.actor_identity) == PersonIdentity.commitment,
        viewonly=True, lazy="selectin",
    )  # fmt: skip

    @property
    def actor_name(self) -> str:
        """What whoever acted is called: a username, the platform's name, or a pseudonym."""
        if self.named is not None:
            return self.named
        return self.identity.shown if self.identity is not None else f"person {self.actor_id}"


PROTECT = DDL(  # type: ignore[no-untyped-call]
    """
CREATE OR REPLACE FUNCTION audit_record_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit records are insert-only: %% refused', TG_OP;
END $$;
CREATE OR REPLACE TRIGGER audit_record_insert_only BEFORE UPDATE OR DELETE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_record_is_insert_only();
CREATE OR REPLACE TRIGGER audit_record_no_truncate BEFORE TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION audit_record_is_insert_only();
"""
)
event.listen(AuditRecord.__table__, "after_create", PROTECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a record tells beside the action, its subject and facts."""

    actor: Actor
    identity: bytes | None = None
    acting_for: ActingFor | None = None
    origin: Origin
    at: datetime
    work: Work = NO_WORK


def make_record(
    action: str, subject: Subject, told: Circumstances, *, facts: dict[str, Fact],
    state: State | None = None,
) -> AuditRecord:  # fmt: skip
    """The record of one action, hashed and ready to insert."""
    record_id, name = uuid4(), None if told.actor.person_id is not None else told.actor.name
    whole = canonical(
        {
            "format": FORMAT,
            "record_id": str(record_id),
            "recorded_at": told.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": {
                "kind": told.actor.kind, "id": told.actor.person_id, "name": name,
                "identity": told.identity.hex() if told.identity is not None else None,
            },
            "acting_for": _acting_for(told.acting_for),
            "origin": {
                "door": told.origin.door, "address": told.origin.address,
                "request_id": told.origin.request_id,
            },
            "action": action,
            "subject": {"type": subject.type, "id": subject.id, "label": subject.label},
            "state": None if state is None else {"before": state.before, "after": state.after},
            "change": told.work.change_id,
            "execution": told.work.execution_id,
            "facts": facts,
        }
    )  # fmt: skip
    return AuditRecord(
        record_id=record_id, recorded_at=told.at, actor_id=told.actor.person_id, named=name,
        actor_identity=told.identity, action=action, subject_type=subject.type,
        subject_id=subject.id, subject_label=subject.label, change_id=told.work.change_id,
        execution_id=told.work.execution_id, facts=facts, canonical=whole, digest=leaf_hash(whole),
    )  # fmt: skip


def _acting_for(told: ActingFor | None) -> Fact:
    if told is None:
        return None
    return {
        "permission": told.permission,
        "post": {"id": told.post_id, "title": told.post},
        "unit": {"id": told.unit_id, "code": told.unit},
    }
