"""What belongs to a pack of one change. Reads only."""

from changes.models import ChangeRequest
from changes.packs.change_report import report
from changes.packs.model import Gathered, OfChange
from changes.packs.of_changes import part_of
from changes.questions import scope
from changes.requests import require_on_all
from core.context import Context

LEFT_OUT = (
    (
        "Findings, events, problems, baselines, posts, delegations and entries of the "
        "catalogue that the change rests on are told as far as they were written before its "
        "last record."
    ),
    (
        "Of the collections of a device those are told that first and last showed the "
        "configurations before and after."
    ),
    (
        "Of a change that this one takes back or repeats, its own records are told; its plan "
        "and its log are in its own pack."
    ),
)


def gather(ctx: Context, wanted: OfChange) -> Gathered:
    """All that belongs to the change. Needs `audit.read` on each of its devices."""
    change = ctx.get(ChangeRequest, wanted.change_id)
    ctx.require(scope.AUDIT)
    require_on_all(ctx, change, scope.AUDIT)
    part = part_of(ctx, [change.id])
    return Gathered(
        subject=scope.change_subject(change), period=None, records=part.records,
        report=report(ctx, change), left_out=LEFT_OUT, since=change.requested_at,
        changes=part.whole, texts=part.texts,
    )  # fmt: skip
