"""Which audit records somebody sees: all, or those that a condition lets through. Writes nothing.

What lies in somebody's units is known in the rooms above; they hand the condition down. Without one
all records are asked for, so whoever forgets it refuses those who audit some units only.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, cast, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from core.audit import AuditRecord
from core.context import Context

AUDIT = "audit.read"
Sight = Callable[[type[AuditRecord]], ColumnElement[bool]]
"""The condition that a record has to meet, on that entity."""


@dataclass(frozen=True, slots=True)
class WholeLog:
    """All records, as what is permitted over the whole organization."""

    label: str = "the whole audit log"
    governing_unit_id: int | None = None


def require_sight(ctx: Context, within: Sight | None) -> None:
    """Raise NotPermitted unless the person has `audit.read`.

    Without a condition the permission is needed over the whole organization.
    """
    ctx.require(AUDIT)
    if within is None:
        ctx.require(AUDIT, WholeLog())


def row_of(ctx: Context, record: int | UUID, *, within: Sight | None = None) -> AuditRecord | None:
    """The record of this number or identity, where it is in the database and in sight.

    Needs `audit.read`, without `within` over the whole organization.
    """
    require_sight(ctx, within)
    column = AuditRecord.record_id if isinstance(record, UUID) else AuditRecord.id
    query = select(AuditRecord).where(column == record)
    return ctx.session.scalar(query if within is None else query.where(within(AuditRecord)))


def lets_through(ctx: Context, within: Sight | None, canonical: bytes) -> bool:
    """Whether a record that is not in the database, but in an archive, is in sight."""
    if within is None:
        return True
    told = json.loads(canonical)
    row = select(
        cast(told["actor"]["id"], Integer).label("actor_id"),
        cast(told["subject"]["type"], Text).label("subject_type"),
        cast(told["subject"]["id"], Text).label("subject_id"),
        cast(told.get("change"), Integer).label("change_id"),
        literal(told["facts"], JSONB).label("facts"),
        cast(0, BigInteger).label("id"),
    ).subquery("archived")  # fmt: skip
    record = aliased(AuditRecord, row, adapt_on_names=True)
    return bool(ctx.session.scalar(select(within(record)).select_from(record)))
