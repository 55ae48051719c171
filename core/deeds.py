"""Who did what to a row, as the audit records tell it. Writes no record and verifies no log."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, text

from core.audit import AuditRecord
from core.context import Context
from core.database import Base
from core.evidence.tree import leaf_hash

_READABLE = text("SELECT has_table_privilege('audit_record', 'SELECT')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An action by a person (its id) on exactly one digest, where the action has one."""

    action: str
    person_id: int | None
    digest: str | None


def readable(ctx: Context) -> bool:
    """Whether this database role reads records; that of a far worker only adds them."""
    return bool(ctx.session.scalar(_READABLE))


def deeds(ctx: Context, subject: Base, actions: Collection[str]) -> frozenset[Deed]:
    """What was done to the row, from the bytes that were hashed; needs no permission.

    A record whose hash is wrong, or whose bytes tell of something else than its columns, tells
    nothing.
    """
    [key] = subject.__mapper__.primary_key
    identity = str(getattr(subject, key.name))
    records = ctx.session.scalars(
        select(AuditRecord).where(
            AuditRecord.subject_type == subject.__tablename__,
            AuditRecord.subject_id == identity, AuditRecord.action.in_(actions),
        )
    )  # fmt: skip
    sound = (json.loads(one.canonical) for one in records if leaf_hash(one.canonical) == one.digest)
    return frozenset(
        Deed(action=told["action"], person_id=told["actor"]["id"],
             digest=told["facts"].get("digest"))
        for told in sound
        if (told["subject"]["type"], told["subject"]["id"]) == (subject.__tablename__, identity)
    )  # fmt: skip
