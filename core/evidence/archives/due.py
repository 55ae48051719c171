"""What there is to archive: which positions, under which head. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from core.context import Context
from core.evidence.archives.shelf import archives_in_force
from core.evidence.models import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The positions from `first` on until before the size of `head`."""

    first: int
    head: Head

    @property
    def records(self) -> int:
        return self.head.size - self.first


def due(ctx: Context, until: datetime) -> Span | None:
    """What was sealed before that time and is not archived; None where nothing is.

    Archives that came back leave a gap before others: then it is the gap.
    """
    first, end = 0, None
    for one in archives_in_force(ctx.session):
        if one.first > first:
            end = one.first
            break
        first = max(first, one.size)
    query = select(Head).where(Head.sealed_at < until, Head.size > first)
    if end is not None:
        query = query.where(Head.size <= end)
    head = ctx.session.scalar(query.order_by(Head.size.desc()).limit(1))
    return None if head is None else Span(first=first, head=head)


def kept_too_long(ctx: Context) -> Span | None:
    """What the settings say may be archived now; None where they say nothing."""
    days = ctx.settings.audit_keep_days
    return None if days is None else due(ctx, ctx.now() - timedelta(days=days))
