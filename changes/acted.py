"""Which findings an approved change is about. Reads only."""

from collections.abc import Collection

from sqlalchemy import select

from changes.models import ChangeRequest, ChangeTarget
from changes.states import State
from core.context import Context

NEVER_RAN = (State.PROPOSED, State.REJECTED, State.CANCELLED)


def corrected(ctx: Context, finding_ids: Collection[int]) -> frozenset[int]:
    """Those of these findings for which a change was approved, whatever became of it."""
    rows = (
        select(ChangeTarget.finding_id)
        .join(ChangeTarget.change)
        .where(ChangeTarget.finding_id.in_(finding_ids), ChangeRequest.state.not_in(NEVER_RAN))
    )
    return frozenset(one for one in ctx.session.scalars(rows) if one is not None)
