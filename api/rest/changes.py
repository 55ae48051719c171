"""Change requests, approvals and executions over REST."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.shapes import LARGEST, Body, Key, Note, Number, OfRow, Text
from changes import approvals, oversight, preview, requests, revisions
from changes.models import ChangeRequest
from changes.plans import Rollout, Undo
from changes.requests import Wanted
from changes.states import State
from core.errors import InvalidInput

router = APIRouter(tags=["changes"])
Checks = Annotated[
    list[Text] | None,
    Field(description="Names of the checks between waves; null: the usual ones, []: none."),
]


class ApprovalOut(OfRow):
    person_id: int
    decision: str
    digest: str
    stage: str
    behalf_id: int | None
    note: str
    decided_at: datetime
    valid_until: datetime | None
    voided_at: datetime | None
    void_reason: str


class ChangeOut(BaseModel):
    id: int
    kind: str
    method: str
    title: str
    reason: str
    state: str
    digest: str
    plan: dict[str, JsonValue]
    requested_by_id: int
    requested_at: datetime
    window_start: datetime | None
    window_end: datetime | None
    outcome: str
    closed_at: datetime | None
    approvals: list[ApprovalOut]


class WindowIn(Body):
    start: AwareDatetime
    end: AwareDatetime


class RolloutIn(Body):
    """How a change goes through its devices; without `canary` as the risk says, never more."""

    canary: Number | None = None
    size: Number = 50
    may_fail: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    undo: Undo = "wave"


class ChangeIn(Body):
    """Either findings to correct, or lines by device id."""

    title: Text
    reason: Text
    kind: Literal["standard", "normal", "emergency"] = "normal"
    method: Literal["playbook", "by_hand"] = "playbook"
    finding_ids: list[Number] = Field(default_factory=list)
    lines: dict[Number, list[Text]] = Field(default_factory=dict)
    window: WindowIn | None = None
    problem_id: Number | None = None
    checks: Checks = None
    rollout: RolloutIn = Field(default_factory=RolloutIn)


class DecisionIn(Body):
    digest: Text
    note: Text = ""


class ExecutionOut(OfRow):
    id: int
    run_id: int
    at: datetime
    kind: str
    host: str
    task: str
    status: str
    text: str


class ResolutionIn(Body):
    """What the devices of an interrupted change show."""

    state: Literal["succeeded", "failed", "rolled_back"]
    note: Text


class VerificationOut(OfRow):
    id: int
    run_id: int
    device_id: int
    snapshot_id: int | None
    as_declared: bool
    surplus: list[JsonValue]
    missing: list[JsonValue]
    detail: str
    verified_at: datetime


class PreviewOut(OfRow):
    """What a change would do to a device; `how` tells what said so: the device itself or we."""

    device_id: int
    hostname: str
    how: Literal["check mode", "config session", "candidate compare", "computed"] | None
    diff: str
    refused: list[str]
    problem: str


def change_out(row: ChangeRequest) -> ChangeOut:
    return ChangeOut(
        **{name: getattr(row, name) for name in ChangeOut.model_fields if name != "approvals"},
        approvals=[ApprovalOut.of(one) for one in row.approvals],
    )


@router.get("/changes")
def list_changes(
    ctx: Ctx, limit: Limit = 50, after: After = None, state: State | None = None
) -> Page[ChangeOut]:
    rows = requests.list_changes(ctx, state=state, after=after, limit=limit)
    return page_of(rows, change_out, lambda row: row.id, limit=limit)


@router.post("/changes", status_code=201)
def request_change(body: ChangeIn, ctx: Ctx) -> ChangeOut:
    if bool(body.lines) == bool(body.finding_ids):
        raise InvalidInput("Give either finding_ids, or lines by device id.", field="finding_ids")
    wanted = Wanted(
        title=body.title, reason=body.reason, kind=body.kind, method=body.method,
        window=(body.window.start, body.window.end) if body.window else None,
        problem_id=body.problem_id, checks=body.checks, rollout=Rollout(**dict(body.rollout)),
    )  # fmt: skip
    if body.lines:
        return change_out(requests.request_lines(ctx, body.lines, wanted))
    return change_out(requests.request_correction(ctx, body.finding_ids, wanted))


@router.get("/changes/{change_id}")
def get_change(change_id: Key, ctx: Ctx) -> ChangeOut:
    return change_out(requests.get_change(ctx, change_id))


@router.post("/changes/{change_id}/approvals", status_code=201)
def approve(change_id: Key, body: DecisionIn, ctx: Ctx) -> ChangeOut:
    return change_out(approvals.approve(ctx, change_id, digest=body.digest, note=body.note))


@router.post("/changes/{change_id}/rejections", status_code=201)
def reject(change_id: Key, body: DecisionIn, ctx: Ctx) -> ChangeOut:
    return change_out(approvals.reject(ctx, change_id, digest=body.digest, note=body.note))


@router.post("/changes/{change_id}/withdrawal", status_code=201)
def withdraw(change_id: Key, body: Note, ctx: Ctx) -> ChangeOut:
    """Take one's own approval back."""
    return change_out(approvals.withdraw(ctx, change_id, note=body.note))


@router.post("/changes/{change_id}/cancellation", status_code=201)
def cancel(change_id: Key, body: Note, ctx: Ctx) -> ChangeOut:
    return change_out(requests.cancel(ctx, change_id, note=body.note))


@router.post("/changes/{change_id}/renewal", status_code=201)
def renew(change_id: Key, ctx: Ctx) -> ChangeOut:
    """Plan the change again from what its devices show now; approvals become void."""
    return change_out(revisions.renew(ctx, change_id))


@router.put("/changes/{change_id}/window")
def schedule(change_id: Key, body: WindowIn, ctx: Ctx) -> ChangeOut:
    """Give the change another window; approvals become void."""
    return change_out(revisions.schedule(ctx, change_id, start=body.start, end=body.end))


@router.post("/changes/{change_id}/preview")
def rehearse(change_id: Key, ctx: Ctx) -> list[PreviewOut]:
    """What the change would do to its devices, without changing them; takes its time."""
    return [PreviewOut.of(one) for one in preview.preview(ctx, change_id)]


@router.post("/changes/{change_id}/run", status_code=202)
def run(change_id: Key, ctx: Ctx) -> ChangeOut:
    """Queue an approved change now; a worker executes it."""
    return change_out(oversight.run_now(ctx, change_id))


@router.post("/changes/{change_id}/rollback", status_code=201)
def roll_back(change_id: Key, body: Note, ctx: Ctx) -> ChangeOut:
    """Request the change that undoes this one; it needs its own approval."""
    return change_out(oversight.request_rollback(ctx, change_id, reason=body.note))


@router.post("/changes/{change_id}/resolution", status_code=201)
def resolve(change_id: Key, body: ResolutionIn, ctx: Ctx) -> ChangeOut:
    """Say what became of an interrupted change, after looking at its devices."""
    row = oversight.resolve_interrupted(ctx, change_id, state=State(body.state), note=body.note)
    return change_out(row)


@router.get("/changes/{change_id}/verifications")
def verifications(change_id: Key, ctx: Ctx) -> list[VerificationOut]:
    """What the devices showed after each run, in order."""
    return [VerificationOut.of(one) for one in oversight.verifications(ctx, change_id)]


@router.get("/changes/{change_id}/log")
def log(change_id: Key, ctx: Ctx, after: After = None, limit: Limit = 500) -> Page[ExecutionOut]:
    rows = oversight.log(ctx, change_id, after=after or 0, limit=limit)
    return page_of(rows, ExecutionOut.of, lambda row: row.id, limit=limit)
