"""Stages and batches of approvals, comments on changes, delegations over REST."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, JsonValue

from api.access import Ctx
from api.rest.changes import ChangeOut, change_out
from api.shapes import Body, Key, Number, OfRow, Reason, Text
from changes import approvals, requests
from changes.approving import batches, comments, delegations
from changes.approving.models import Delegation
from changes.approving.voters import voters
from changes.states import State
from organization.models import Person

router = APIRouter(tags=["approvals"])


class VoterOut(BaseModel):
    """Somebody who may still vote; `behalf_id` where they stand in for another one."""

    person_id: int
    username: str
    behalf_id: int | None


class StageOut(BaseModel):
    """A stage of the approval, the votes that count in it and who may still give one."""

    name: str
    permission: str
    needed: int
    complete: bool
    approval_ids: list[int]
    voters: list[VoterOut]


class OneIn(Body):
    change_id: Number
    digest: Text


class BatchIn(Body):
    changes: list[OneIn]
    note: Text = ""


class DecidedOut(OfRow):
    """What became of one change of a batch; without `problem` the vote stands."""

    change_id: int
    state: str
    problem: str
    code: str


class PlaceIn(Body):
    """A line of the declared difference."""

    path: list[Text]
    line: Text
    side: Literal["missing", "extra", "moved"]


class CommentIn(Body):
    body: Text
    device_id: Number | None = None
    place: PlaceIn | None = None
    objection: bool = False


class CommentOut(OfRow):
    id: int
    change_id: int
    device_id: int | None
    place: list[JsonValue] | None
    digest: str
    body: str
    objection: bool
    person_id: int
    written_at: datetime
    settled_at: datetime | None
    settled_by_id: int | None


class DelegationIn(Body):
    """Whose; without `person_id` one's own."""

    person_id: Number | None = None
    deputy_id: Number | None = None
    absent: bool = True
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    reason: Text


class DelegationOut(OfRow):
    id: int
    person_id: int
    deputy_id: int | None
    absent: bool
    begins_at: datetime
    ends_at: datetime
    reason: str
    revoked_at: datetime | None


@router.get("/changes/{change_id}/stages")
def stages(change_id: Key, ctx: Ctx) -> list[StageOut]:
    """Whose approvals the change needs, has, and may still get."""
    change = requests.get_change(ctx, change_id)
    open_now = change.state == State.PROPOSED
    return [
        StageOut(
            name=one.stage.name, permission=one.stage.permission, needed=one.stage.needed,
            complete=one.complete, approval_ids=[vote.id for vote in one.votes],
            voters=[
                VoterOut(
                    person_id=voice.person.id, username=voice.person.username,
                    behalf_id=voice.behalf.id if voice.behalf else None,
                )
                for voice in voters(ctx, change, one.stage.permission)
            ] if open_now and not one.complete else [],
        )
        for one in approvals.progress(ctx, change)
    ]  # fmt: skip


@router.get("/changes/{change_id}/alike")
def alike(change_id: Key, ctx: Ctx) -> list[ChangeOut]:
    """Proposed changes that do exactly what this one does, itself first."""
    return [change_out(one) for one in batches.alike(ctx, change_id)]


@router.post("/approvals", status_code=201)
def approve_all(body: BatchIn, ctx: Ctx) -> list[DecidedOut]:
    """Approve alike changes, each by its own digest; one that cannot be stops none."""
    pairs = [(one.change_id, one.digest) for one in body.changes]
    return [DecidedOut.of(one) for one in batches.approve_all(ctx, pairs, note=body.note)]


@router.get("/changes/{change_id}/comments")
def list_comments(change_id: Key, ctx: Ctx) -> list[CommentOut]:
    return [CommentOut.of(one) for one in comments.list_comments(ctx, change_id)]


@router.post("/changes/{change_id}/comments", status_code=201)
def comment(change_id: Key, body: CommentIn, ctx: Ctx) -> CommentOut:
    """Comment a change, a device of it or a line; an objection stops its approval."""
    place = (tuple(body.place.path), body.place.line, body.place.side) if body.place else None
    row = comments.comment(
        ctx, change_id, body=body.body, device_id=body.device_id, place=place,
        objection=body.objection,
    )  # fmt: skip
    return CommentOut.of(row)


@router.post("/comments/{comment_id}/settlement", status_code=201)
def settle(comment_id: Key, ctx: Ctx) -> CommentOut:
    return CommentOut.of(comments.settle(ctx, comment_id))


@router.get("/delegations")
def list_delegations(ctx: Ctx) -> list[DelegationOut]:
    """Absences and delegations that are not over."""
    return [DelegationOut.of(one) for one in delegations.list_delegations(ctx)]


@router.post("/delegations", status_code=201)
def delegate(body: DelegationIn, ctx: Ctx) -> DelegationOut:
    """Say who is absent, and who approves on their behalf meanwhile."""
    row: Delegation = delegations.delegate(
        ctx, ctx.get(Person, body.person_id or ctx.person.person_id or 0),
        deputy=ctx.get(Person, body.deputy_id) if body.deputy_id else None,
        absent=body.absent, begins_at=body.begins_at, ends_at=body.ends_at, reason=body.reason,
    )  # fmt: skip
    return DelegationOut.of(row)


@router.post("/delegations/{delegation_id}/revocation", status_code=201)
def revoke(delegation_id: Key, body: Reason, ctx: Ctx) -> DelegationOut:
    return DelegationOut.of(delegations.revoke(ctx, delegation_id, reason=body.reason))
