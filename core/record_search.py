"""Look records up by who, what, to what, when and for which change, page by page. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select

from core.audit import AuditRecord
from core.context import Context
from core.identities import called
from core.sight import Sight, require_sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for; None has no say. `until` is excluded.

    `actor_name` is for whom no account has that name now: the platform, and who was erased.
    """

    actor_id: int | None = None
    actor_name: str | None = None
    action: str | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    change_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page, the newest first; whether there are newer and older ones beyond it."""

    records: Sequence[AuditRecord]
    newer: bool
    older: bool


def search(
    ctx: Context, sought: Sought, *, before: int | None = None, after: int | None = None,
    limit: int = 50, within: Sight | None = None,
) -> Found:  # fmt: skip
    """The records older than `before`, or newer than `after`, else the newest.

    Both are numbers of records; of those newer than `after` the page holds the oldest. Needs
    `audit.read`, without `within` over the whole organization.
    """
    require_sight(ctx, within)
    query, number = _narrowed(sought), AuditRecord.id
    if within is not None:
        query = query.where(within(AuditRecord))
    if after is not None:
        rows = ctx.session.scalars(
            query.where(number > after).order_by(number).limit(limit + 1)
        ).all()
        return Found(records=rows[:limit][::-1], newer=len(rows) > limit, older=True)
    if before is not None:
        query = query.where(number < before)
    rows = ctx.session.scalars(query.order_by(number.desc()).limit(limit + 1)).all()
    return Found(records=rows[:limit], newer=before is not None, older=len(rows) > limit)


def _narrowed(sought: Sought) -> Select[AuditRecord]:
    query = select(AuditRecord)
    for column, value in (
        (AuditRecord.actor_id, sought.actor_id),
        (AuditRecord.action, sought.action), (AuditRecord.subject_type, sought.subject_type),
        (AuditRecord.subject_id, sought.subject_id),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    if sought.actor_name is not None:
        named = AuditRecord.identity.has(called(sought.actor_name))
        query = query.where(or_(AuditRecord.named == sought.actor_name, named))
    if sought.change_id is not None:
        about = (AuditRecord.subject_type == "change_request") & (
            AuditRecord.subject_id == str(sought.change_id)
        )
        query = query.where(or_(AuditRecord.change_id == sought.change_id, about))
    if sought.since is not None:
        query = query.where(AuditRecord.recorded_at >= sought.since)
    if sought.until is not None:
        query = query.where(AuditRecord.recorded_at < sought.until)
    return query
