"""What is still to come to the pack of a change that is made now. Reads only."""

from changes import notices
from changes.models import ChangeRequest
from changes.packs.model import OfChange, Wanted
from core.context import Context


def coming(ctx: Context, wanted: Wanted) -> str:
    """For who makes a pack: that another one can be made soon; "" where nothing is awaited.

    Who was told of a change is recorded when the notices are sent, after what they tell. Ask before
    the pack is made: then no pack lacks that record without a word.
    """
    if not isinstance(wanted, OfChange):
        return ""
    change = ctx.session.get(ChangeRequest, wanted.change_id)
    if change is None or not notices.awaited(ctx, change):
        return ""
    return (
        f"Notices about C{change.id} are still being sent; a pack made after them will be another "
        "one."
    )
