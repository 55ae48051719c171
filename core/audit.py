"""Audit records: insert-only, canonical, hashed. Never updates or deletes one.

A record's canonical form is RFC 8785 JSON; its digest is the RFC 6962 leaf hash, SHA-256 over a
zero byte and the canonical bytes, so that a Merkle tree can be built over the rows as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import rfc8785
from sqlalchemy import DDL, BigInteger, Index, LargeBinary, Text, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import TypeAliasType

from core.actor import Actor, Origin
from core.database import Base
from core.evidence.tree import leaf_hash

FORMAT = 1

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
    """One action. `canonical` is what was hashed; the other columns are for looking things up."""

    __tablename__ = "audit_record"
    __table_args__ = (
        Index("ix_audit_record_subject", "subject_type", "subject_id", "id"),
        Index("ix_audit_record_actor", "actor_id", "id"),
        Index("ix_audit_record_action", "action", "id"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - far workers may not read `xact`
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject_type: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    subject_label: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Fact]] = mapped_column(JSONB)
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    xact: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)"), index=True,
        deferred=True,
    )  # fmt: skip
    """The number of the database's transaction: the sealer looks records up by it, no more."""


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


def make_record(
    action: str, subject: Subject, *, actor: Actor, origin: Origin, at: datetime,
    facts: dict[str, Fact],
) -> AuditRecord:  # fmt: skip
    """The record of one action, hashed and ready to insert."""
    record_id = uuid4()
    canonical = rfc8785.dumps(
        {
            "format": FORMAT,
            "record_id": str(record_id),
            "recorded_at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": {"kind": actor.kind, "id": actor.person_id, "name": actor.name},
            "origin": {
                "door": origin.door,
                "address": origin.address,
                "request_id": origin.request_id,
            },
            "action": action,
            "subject": {"type": subject.type, "id": subject.id, "label": subject.label},
            "facts": facts,
        }
    )
    return AuditRecord(
        record_id=record_id,
        recorded_at=at,
        actor_id=actor.person_id,
        actor_name=actor.name,
        action=action,
        subject_type=subject.type,
        subject_id=subject.id,
        subject_label=subject.label,
        facts=facts,
        canonical=canonical,
        digest=leaf_hash(canonical),
    )
