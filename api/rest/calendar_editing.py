"""Windows and freezes edited over REST: what they are from now on."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.access import Ctx
from api.rest.calendar import SeriesIn, SeriesOut
from api.shapes import Key, Text
from changes.calendar import editing
from changes.calendar.editing import Edited
from changes.calendar.models import ChangeWindow, Freeze

router = APIRouter(tags=["calendar"])


class EditIn(SeriesIn):
    """The whole of it as it shall be, and why it is edited; auditors read that."""

    why: Text


class EditedOut(BaseModel):
    """`affected` are waiting changes that lost their window by it, or met the freeze."""

    row: SeriesOut
    affected: list[int]


@router.put("/calendar/windows/{window_id}")
def edit_window(window_id: Key, body: EditIn, ctx: Ctx) -> EditedOut:
    """It opens like that from now on; what it was stays as a row that ended."""
    return _told(editing.edit(ctx, ChangeWindow, window_id, body.planned(), reason=body.why))


@router.put("/calendar/freezes/{freeze_id}")
def edit_freeze(freeze_id: Key, body: EditIn, ctx: Ctx) -> EditedOut:
    """It holds like that from now on; exceptions from it go on counting."""
    return _told(editing.edit(ctx, Freeze, freeze_id, body.planned(), reason=body.why))


def _told(done: Edited) -> EditedOut:
    return EditedOut(row=SeriesOut.of(done.row), affected=list(done.affected))
