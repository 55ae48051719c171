"""Change requests, approvals and executions over REST."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, JsonValue

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.shapes import OfRow
from changes import approvals, oversight, requests
from changes.models import ChangeRequest
from changes.requests import Wanted

router = APIRouter(tags=["changes"])


class ApprovalOut(OfRow):
    person_id: int
    decision: str
    digest: str
    note: str
    decided_at: datetime
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


class WindowIn(BaseModel):
    start: AwareDatetime
    end: AwareDatetime


class ChangeIn(BaseModel):
    """Either findings to correct, or lines by device id."""

    title: str
    reason: str
    kind: Literal["standard", "normal", "emergency"] = "normal"
    method: Literal["playbook", "by_hand"] = "playbook"
    finding_ids: list[int] = []
    lines: dict[int, list[str]] = {}
    window: WindowIn | None = None
    problem_id: int | None = None


class DecisionIn(BaseModel):
    digest: str
    note: str = ""


class NoteIn(BaseModel):
    note: str


class ExecutionOut(OfRow):
    id: int
    run_id: int
    at: datetime
    kind: str
    host: str
    task: str
    status: str
    text: str


def change_out(row: ChangeRequest) -> ChangeOut:
    return ChangeOut(
        **{name: getattr(row, name) for name in ChangeOut.model_fields if name != "approvals"},
        approvals=[ApprovalOut.of(one) for one in row.approvals],
    )


@router.get("/changes")
def list_changes(
    ctx: Ctx, limit: Limit = 50, after: After = None, state: str | None = None
) -> Page[ChangeOut]:
    rows = requests.list_changes(ctx, state=state, after=after, limit=limit)
    return page_of(rows, change_out, lambda row: row.id, limit=limit)


@router.post("/changes", status_code=201)
def request_change(body: ChangeIn, ctx: Ctx) -> ChangeOut:
    wanted = Wanted(
        title=body.title, reason=body.reason, kind=body.kind, method=body.method,
        window=(body.window.start, body.window.end) if body.window else None,
        problem_id=body.problem_id,
    )  # fmt: skip
    if body.lines:
        return change_out(requests.request_lines(ctx, body.lines, wanted))
    return change_out(requests.request_correction(ctx, body.finding_ids, wanted))


@router.get("/changes/{change_id}")
def get_change(change_id: int, ctx: Ctx) -> ChangeOut:
    return change_out(requests.get_change(ctx, change_id))


@router.post("/changes/{change_id}/approvals", status_code=201)
def approve(change_id: int, body: DecisionIn, ctx: Ctx) -> ChangeOut:
    return change_out(approvals.approve(ctx, change_id, digest=body.digest, note=body.note))


@router.post("/changes/{change_id}/rejections", status_code=201)
def reject(change_id: int, body: DecisionIn, ctx: Ctx) -> ChangeOut:
    return change_out(approvals.reject(ctx, change_id, digest=body.digest, note=body.note))


@router.post("/changes/{change_id}/stop", status_code=202)
def stop(change_id: int, body: NoteIn, ctx: Ctx) -> ChangeOut:
    return change_out(oversight.stop(ctx, change_id, note=body.note))


@router.post("/changes/{change_id}/rollback", status_code=201)
def roll_back(change_id: int, body: NoteIn, ctx: Ctx) -> ChangeOut:
    """Request the change that undoes this one; it needs its own approval."""
    return change_out(oversight.request_rollback(ctx, change_id, reason=body.note))


@router.get("/changes/{change_id}/log")
def log(change_id: int, ctx: Ctx, after: After = None, limit: Limit = 500) -> Page[ExecutionOut]:
    rows = oversight.log(ctx, change_id, after=after or 0, limit=limit)
    return page_of(rows, ExecutionOut.of, lambda row: row.id, limit=limit)
