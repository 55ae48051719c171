"""What waits for the acting person: votes and reviews of theirs, and what they asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select

from changes import approvals, requests
from changes.approving.delegations import represented
from changes.approving.stages import APPROVE, AUTHORISE
from changes.approving.voters import Voice, voice_of
from changes.calendar import exceptions
from changes.calendar.models import FreezeException
from changes.catalogue.models import StandardChange
from changes.emergency.reviews import list_grants
from changes.models import BreakGlass, ChangeRequest
from changes.notices import reviewers
from changes.states import FINAL, State
from core.context import Context
from organization.permissions import Remembering

LOOKED_AT = 200  # proposed changes, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A change on which the person may vote now, in this stage, in whose name."""

    change: ChangeRequest
    stage: str
    given: int
    needed: int
    voice: Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """All of it: `own` are the person's requests that are not over.

    `exceptions` to freezes and `drafts` of standard changes wait for the person's word too.
    """

    votes: tuple[Vote, ...]
    reviews: tuple[BreakGlass, ...]
    exceptions: tuple[FreezeException, ...]
    drafts: tuple[StandardChange, ...]
    own: tuple[ChangeRequest, ...]


def waiting(ctx: Context) -> Waiting:
    """What the acting person may decide now, as far as they may read it, and their own requests."""
    me = ctx.person.person_id
    mine = (
        select(ChangeRequest)
        .where(ChangeRequest.requested_by_id == me, ChangeRequest.state.not_in(FINAL))
        .order_by(ChangeRequest.id.desc())
        .limit(LOOKED_AT)
    )
    return Waiting(
        votes=tuple(votes(ctx)),
        reviews=tuple(
            one for one in list_grants(ctx, unreviewed="only")
            if me in {person.id for person in reviewers(ctx, one)}
        ),
        exceptions=tuple(_exceptions(ctx)), drafts=tuple(_drafts(ctx)),
        own=tuple(ctx.session.scalars(mine)),
    )  # fmt: skip


def _exceptions(ctx: Context) -> Iterator[FreezeException]:
    """Those asked for that the person may decide; as `exceptions.approve` has it."""
    if not ctx.units("freeze.except"):
        return
    me, allows = ctx.person.person_id, ctx.authority.allows
    for row in exceptions.listing(ctx, state="asked", limit=LOOKED_AT):
        unit = row.freeze.governing_unit_id
        if me not in {row.asked_by_id, row.change.requested_by_id} and allows(
            ctx.session, ctx.person, "freeze.except", unit
        ):
            yield row


def _drafts(ctx: Context) -> Iterator[StandardChange]:
    """Drafts of others in one's units that the person has not approved yet."""
    me = ctx.person.person_id
    rows = select(StandardChange).where(
        StandardChange.state == "draft", StandardChange.unit_id.in_(ctx.units(APPROVE)),
        StandardChange.drafted_by_id != me,
    )  # fmt: skip
    for row in ctx.session.scalars(rows.order_by(StandardChange.id).limit(LOOKED_AT)):
        if me not in {vote.person_id for vote in row.votes}:
            yield row


def votes(ctx: Context) -> Iterator[Vote]:
    """Proposed changes on which the acting person may vote now, newest first."""
    if not _may_vote_somewhere(ctx):
        return
    ctx = replace(ctx, authority=Remembering(ctx.authority))
    for change in requests.list_changes(ctx, state=State.PROPOSED, limit=LOOKED_AT):
        if change.requested_by_id != ctx.person.person_id:
            vote = _vote(ctx, change)
            if vote is not None:
                yield vote


def _may_vote_somewhere(ctx: Context) -> bool:
    """Whether looking at single changes is worth it: by posts of one's own, or as a deputy."""
    own = any(ctx.units(permission) for permission in (APPROVE, AUTHORISE))
    me = ctx.person.person_id
    return own or (me is not None and bool(represented(ctx, me)))


def _vote(ctx: Context, change: ChangeRequest) -> Vote | None:
    stage = next((one for one in approvals.progress(ctx, change) if not one.complete), None)
    voice = voice_of(ctx, change, stage.stage.permission) if stage else None
    if stage is None or voice is None or _spoken(change, voice):
        return None
    return Vote(
        change=change, stage=stage.stage.name, given=len(stage.votes),
        needed=stage.stage.needed, voice=voice,
    )  # fmt: skip


def _spoken(change: ChangeRequest, voice: Voice) -> bool:
    """Whether the person, or whom they represent, has voted on this plan already."""
    named = {voice.person.id, voice.behalf.id if voice.behalf else voice.person.id}
    return any(
        vote.digest == change.digest and named & {vote.person_id, vote.behalf_id}
        for vote in change.approvals
    )
