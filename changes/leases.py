"""Which runs of changes are under way, and how long each is still held. Claims nothing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from changes.emergency.debt import touching
from changes.models import ChangeRun
from core.context import Context

SHOWN = 100


def under_way(ctx: Context) -> Sequence[ChangeRun]:
    """Runs that are not over, of changes in one's jurisdiction; the lease that ends first first."""
    rows = (
        select(ChangeRun)
        .where(
            ChangeRun.finished_at.is_(None),
            ChangeRun.change_id.in_(touching(ctx.units("change.read"))),
        )
        .options(selectinload(ChangeRun.change))
        .order_by(ChangeRun.lease_until, ChangeRun.id)
        .limit(SHOWN)
    )
    return ctx.session.scalars(rows).all()
