"""Which devices broke rules, from when until when. Reads only what judgements came to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Text, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from changes.packs import selecting
from changes.packs.model import Period
from core.context import Context
from drift.standing_models import Standing
from inventory.models import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A device broke these rules, each with why, until a time; None: still at the end."""

    device_id: int
    hostname: str
    since: datetime
    until: datetime | None
    rules: tuple[tuple[str, str], ...]


def broken_in(
    ctx: Context, devices: frozenset[int], rules: frozenset[str], period: Period
) -> Sequence[Broken]:
    """Every time at which one of the devices broke one of the rules in the period, by device."""
    if not devices or not rules:
        return ()
    after = func.lead(Standing.since).over(partition_by=Standing.device_id, order_by=Standing.since)
    rows = (
        select(Standing.device_id, Standing.since, after.label("until"), Standing.failed)
        .where(selecting.one_of(Standing.device_id, devices))
        .subquery()
    )
    query = (
        select(Device.hostname, rows)
        .join(Device, Device.id == rows.c.device_id)
        .where(rows.c.failed.has_any(literal(sorted(rules), ARRAY(Text))))
        .order_by(rows.c.device_id, rows.c.since)
    )
    if period.since is not None:
        query = query.where(or_(rows.c.until.is_(None), rows.c.until > period.since))
    if period.until is not None:
        query = query.where(rows.c.since < period.until)
    found = [
        Broken(
            device_id=row.device_id, hostname=row.hostname, since=row.since,
            until=_ended(row.until, period),
            rules=tuple(sorted((one, str(row.failed[one])) for one in rules & row.failed.keys())),
        )
        for row in ctx.session.execute(query)
    ]  # fmt: skip
    return tuple(_joined(found))


def _ended(until: datetime | None, period: Period) -> datetime | None:
    """The end, if that was in the period."""
    return None if until and period.until and until >= period.until else until


def _joined(found: Sequence[Broken]) -> Iterator[Broken]:
    """Times that follow on each other with the same rules broken are one."""
    for _, group in groupby(found, key=lambda one: one.device_id):
        last: Broken | None = None
        for one in group:
            if last is not None and last.until == one.since and last.rules == one.rules:
                last = Broken(
                    device_id=one.device_id, hostname=one.hostname, since=last.since,
                    until=one.until, rules=one.rules,
                )  # fmt: skip
                continue
            if last is not None:
                yield last
            last = one
        if last is not None:
            yield last
