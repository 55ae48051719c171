"""Saved questions over REST: save, schedule, ask now, and the answers that are kept."""

from datetime import datetime
from typing import Literal, Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from api.access import Ctx
from api.pages import After, Limit, Page, page_of
from api.question_files import kept_file
from api.shapes import Body, Key, OfRow, Text
from changes.questions import saved, saved_answers
from changes.questions.saved import MOST_KEPT, Wanted
from changes.questions.saved_models import KeptAnswer, SavedQuestion

router = APIRouter(tags=["audit"])


class SavedIn(Body):
    """With a unit's code it is shared there, and asked about that unit alone."""

    name: Text
    question: Text
    parameters: dict[str, Text] = Field(
        default_factory=dict, description="As the question takes them; times also as `last month`."
    )
    form: Literal["csv", "jsonl", "ocsf"] = "csv"
    unit: Text | None = None
    keep: int = Field(12, ge=1, le=MOST_KEPT, description="Answers that stay.")


class TriggerIn(Body):
    """`trigger` is `every 1d` or a crontab line."""

    trigger: Text
    timezone: Text = "UTC"


class SavedOut(OfRow):
    id: int
    name: str
    question: str
    parameters: dict[str, str]
    form: str
    keep: int
    unit: str | None
    owner: str
    trigger: str | None
    timezone: str | None
    next_at: datetime | None
    saved_at: datetime

    @classmethod
    def of(cls, row: object) -> Self:
        assert isinstance(row, SavedQuestion)  # noqa: S101 - what this shape is of
        plan = row.schedule
        return cls(
            id=row.id, name=row.name, question=row.question, parameters=row.parameters,
            form=row.form, keep=row.keep, unit=row.unit.code if row.unit else None,
            owner=row.owner.username, trigger=plan.trigger if plan else None,
            timezone=plan.timezone if plan else None,
            next_at=plan.next_fire_at if plan else None, saved_at=row.saved_at,
        )  # fmt: skip


class KeptOut(OfRow):
    """`problem` says why there is no file; then `sha256` is empty."""

    id: int
    asked_at: datetime
    parameters: dict[str, str]
    form: str
    rows: int
    size: int
    sha256: str
    problem: str


@router.get("/saved-questions")
def list_saved(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[SavedOut]:
    """One's own and those shared where one audits, the newest first."""
    rows = saved.list_saved(ctx, before=after, limit=limit)
    return page_of(rows, SavedOut.of, lambda row: row.id, limit=limit)


@router.post("/saved-questions", status_code=201)
def save(body: SavedIn, ctx: Ctx) -> SavedOut:
    wanted = Wanted(
        name=body.name, question=body.question, parameters=body.parameters, form=body.form,
        unit=body.unit, keep=body.keep,
    )  # fmt: skip
    return SavedOut.of(saved.save(ctx, wanted))


@router.get("/saved-questions/{saved_id}")
def show(saved_id: Key, ctx: Ctx) -> SavedOut:
    return SavedOut.of(saved.get(ctx, saved_id))


@router.delete("/saved-questions/{saved_id}", status_code=204)
def remove(saved_id: Key, ctx: Ctx) -> None:
    """With its schedule and its answers; their records stay."""
    saved.remove(ctx, saved_id)


@router.put("/saved-questions/{saved_id}/schedule")
def put_on_schedule(saved_id: Key, body: TriggerIn, ctx: Ctx) -> SavedOut:
    """Have the clock ask it, in place of an earlier schedule."""
    row = saved.put_on_schedule(ctx, saved_id, trigger=body.trigger, timezone=body.timezone)
    return SavedOut.of(row)


@router.delete("/saved-questions/{saved_id}/schedule", status_code=204)
def take_off_schedule(saved_id: Key, ctx: Ctx) -> None:
    saved.take_off_schedule(ctx, saved_id)


@router.post("/saved-questions/{saved_id}/answers", status_code=201)
def ask_now(saved_id: Key, ctx: Ctx) -> KeptOut:
    return KeptOut.of(saved_answers.ask_now(ctx, saved_id))


@router.get("/saved-questions/{saved_id}/answers")
def list_answers(
    saved_id: Key, ctx: Ctx, limit: Limit = 50, after: After = None
) -> Page[KeptOut]:  # fmt: skip
    """What is kept, and why there was no answer; the newest first."""
    rows = saved_answers.list_answers(ctx, saved_id, before=after, limit=limit)
    return page_of(rows, _kept, lambda row: row.id, limit=limit)


@router.get("/saved-questions/{saved_id}/answers/{answer_id}", response_class=Response)
def download(saved_id: Key, answer_id: Key, ctx: Ctx) -> Response:
    """The file; its SHA-256 is in the header Digest. That it was taken is recorded."""
    return kept_file(saved_answers.download(ctx, saved_id, answer_id))


def _kept(row: KeptAnswer) -> KeptOut:
    return KeptOut.of(row)
