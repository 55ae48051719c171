"""What waits for oneself, and what one was told, over REST."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.shapes import Body, OfRow, Text
from changes.waiting import waiting
from operations import notices
from operations.notice_models import Manner, Notice

router = APIRouter(tags=["notices"])


class VoteOut(BaseModel):
    """A change on which one may vote now; `behalf_id` where it is in another person's name."""

    change_id: int
    title: str
    digest: str
    stage: str
    given: int
    needed: int
    behalf_id: int | None


class WaitingOut(BaseModel):
    """What is one's own to decide, and one's requests that are not over.

    Exceptions are to freezes, drafts are of standard changes.
    """

    votes: list[VoteOut]
    emergency_ids: list[int]
    exception_ids: list[int]
    draft_ids: list[int]
    own_change_ids: list[int]


class NoticeOut(OfRow):
    """`state` is waiting, taken, sent, failed, or unsent: on the page alone."""

    id: int
    topic: str
    title: str
    detail: str
    path: str
    state: str
    noted_at: datetime
    sent_at: datetime | None


class MannerOut(BaseModel):
    manner: Manner


class MannerIn(Body):
    """`off` (on the page alone), `each`, or `daily`."""

    manner: Text


def _notice(row: Notice) -> NoticeOut:
    return NoticeOut.of(row)


@router.get("/work")
def my_work(ctx: Ctx) -> WaitingOut:
    """What waits for oneself now."""
    found = waiting(ctx)
    return WaitingOut(
        votes=[
            VoteOut(
                change_id=one.change.id, title=one.change.title, digest=one.change.digest,
                stage=one.stage, given=one.given, needed=one.needed,
                behalf_id=one.voice.behalf.id if one.voice.behalf else None,
            )
            for one in found.votes
        ],
        emergency_ids=[one.id for one in found.reviews],
        exception_ids=[one.id for one in found.exceptions],
        draft_ids=[one.id for one in found.drafts],
        own_change_ids=[one.id for one in found.own],
    )  # fmt: skip


@router.get("/notices")
def list_notices(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[NoticeOut]:
    """What one was told, newest first."""
    rows = notices.list_mine(ctx, after=after, limit=limit)
    return page_of(rows, _notice, lambda row: row.id, limit=limit)


@router.get("/notices/manner")
def get_manner(ctx: Ctx) -> MannerOut:
    """How one is told."""
    return MannerOut(manner=notices.manner(ctx))


@router.put("/notices/manner")
def set_manner(body: MannerIn, ctx: Ctx) -> MannerOut:
    """Choose how one is told."""
    return MannerOut(manner=notices.prefer(ctx, body.manner))
