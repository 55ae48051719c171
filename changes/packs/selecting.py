"""Which audit records belong to a pack: numbers by subject, by fact, by time. Reads only.

Looking is no part of what happened: packs, exports and verifications belong to none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import CollectionAggregate

from changes.packs.model import ALWAYS, Period
from core.audit import AuditRecord
from core.context import Context

LOOKING = ("pack.made", "question.exported", "list.exported", "audit.exported", "audit.verified")
Subjects = Mapping[str, Collection[int]]
"""Keys of rows by the type (table) that records name them with."""


def about(
    ctx: Context, subjects: Subjects, *, period: Period = ALWAYS, actions: Iterable[str] = ()
) -> frozenset[int]:
    """The records about these rows in the period; with actions, only those."""
    found = set[int]()
    for kind, keys in subjects.items():
        if keys:
            query = _of(kind, keys).where(*within(period))
            found.update(ctx.session.scalars(_only(query, tuple(actions))))
    return frozenset(found)


def telling(
    ctx: Context, subjects: Subjects, *, fact: str, values: Collection[int],
    period: Period = ALWAYS,
) -> frozenset[int]:  # fmt: skip
    """The records about these rows in which this fact has one of these values."""
    found = set[int]()
    for kind, keys in subjects.items():
        if keys:
            told = AuditRecord.facts[fact].as_string() == _any(str(one) for one in values)
            found.update(ctx.session.scalars(_of(kind, keys).where(*within(period), told)))
    return frozenset(found)


def worked_on(ctx: Context, *, changes: Collection[int], runs: Collection[int]) -> frozenset[int]:
    """Whatever was done for these changes, or in these runs, to whatever it was done."""
    mine = or_(one_of(AuditRecord.change_id, changes), one_of(AuditRecord.execution_id, runs))
    query = select(AuditRecord.id).where(mine, AuditRecord.action.not_in(LOOKING))
    return frozenset(ctx.session.scalars(query))


def posts_of(ctx: Context, records: Collection[int]) -> frozenset[int]:
    """The posts for which persons acted in these records."""
    told = func.convert_from(AuditRecord.canonical, "UTF8").cast(JSONB)
    post = told["acting_for"]["post"]["id"].as_integer()
    query = select(post).where(numbered(records), AuditRecord.actor_id.is_not(None)).distinct()
    return frozenset(one for one in ctx.session.scalars(query) if one is not None)


def collections(
    ctx: Context, shown: Mapping[int, Collection[bytes]], *, until: datetime | None = None
) -> frozenset[int]:
    """By device and configuration the first record that says it was collected, and the last one.

    The first is when it was new; the last one, until that time, that it was still so.
    """
    by_subject = {str(device): {one.hex() for one in digests} for device, digests in shown.items()}
    digest = AuditRecord.facts["digest"].as_string()
    wanted = sorted({one for digests in by_subject.values() for one in digests})
    query = (
        select(AuditRecord.subject_id, digest, func.min(AuditRecord.id), func.max(AuditRecord.id))
        .where(AuditRecord.subject_type == "device", AuditRecord.action == "device.collected")
        .where(AuditRecord.subject_id == _any(by_subject), digest == _any(wanted))
        .where(*within(Period(until=until)))
        .group_by(AuditRecord.subject_id, digest)
    )
    found = set[int]()
    for device, told, first, last in ctx.session.execute(query):
        if told in by_subject[device]:
            found |= {first, last}
    return frozenset(found)


def last_time(ctx: Context, records: Collection[int]) -> datetime | None:
    """When the last of these was recorded."""
    query = select(func.max(AuditRecord.recorded_at)).where(numbered(records))
    return ctx.session.scalar(query)


def subjects_of(ctx: Context, records: Collection[int], kind: str) -> frozenset[int]:
    """The keys of the rows of one type that these records are about."""
    query = (
        select(AuditRecord.subject_id)
        .where(numbered(records), AuditRecord.subject_type == kind)
        .distinct()
    )
    return frozenset(int(one) for one in ctx.session.scalars(query) if one.isdigit())


def within(period: Period) -> tuple[ColumnElement[bool], ...]:
    """That a record was written in the period."""
    bounds = list[ColumnElement[bool]]()
    if period.since is not None:
        bounds.append(AuditRecord.recorded_at >= period.since)
    if period.until is not None:
        bounds.append(AuditRecord.recorded_at < period.until)
    return tuple(bounds)


def merged(*parts: Subjects) -> Subjects:
    """All rows of several selections."""
    whole = defaultdict[str, set[int]](set)
    for part in parts:
        for kind, keys in part.items():
            whole[kind] |= set(keys)
    return whole


def _of(kind: str, keys: Collection[int]) -> Select[int]:
    subject = and_(
        AuditRecord.subject_type == kind, AuditRecord.subject_id == _any(str(one) for one in keys)
    )
    return select(AuditRecord.id).where(subject, AuditRecord.action.not_in(LOOKING))


def _only(query: Select[int], actions: tuple[str, ...]) -> Select[int]:
    return query.where(AuditRecord.action.in_(actions)) if actions else query


def _any(values: Iterable[str]) -> CollectionAggregate[bool]:
    """One array, however many values: the driver counts parameters in 16 bits."""
    return any_(literal(sorted(values), ARRAY(Text)))


def numbered(records: Iterable[int]) -> ColumnElement[bool]:
    """That a record is one of these."""
    return one_of(AuditRecord.id, records)


def one_of(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], values: Iterable[int]
) -> ColumnElement[bool]:
    """That a key is one of these, however many there are."""
    return column == any_(literal(sorted(values), ARRAY(BigInteger)))
