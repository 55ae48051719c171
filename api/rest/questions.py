"""An auditor's questions over REST: which there are, a page of an answer, the whole as a file."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.access import Ctx, rest_origin, runtime_of
from api.question_files import answer_file
from api.shapes import OfRow, Text
from changes.questions import asking
from changes.questions.answers import Answer, Question
from changes.questions.files import facts

router = APIRouter(tags=["audit"])


class ParameterOut(OfRow):
    name: str
    kind: Literal["text", "time", "number"]
    title: str
    required: bool


class QuestionOut(OfRow):
    name: str
    title: str
    note: str
    parameters: list[ParameterOut]
    columns: list[str]


class AnswerOut(BaseModel):
    """`items` are objects with the columns' names, spaces as underscores."""

    question: str
    note: str
    columns: list[str]
    items: list[dict[str, JsonValue]]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end.")

    @classmethod
    def of(cls, asked: Question, answer: Answer) -> Self:
        return cls.model_validate(
            {
                "question": asked.name, "note": answer.note, "columns": answer.columns,
                "items": [facts(asked, row) for row in answer.rows], "next": answer.next or None,
            }
        )  # fmt: skip


class Asked(BaseModel):
    """The parameters of all questions; each takes those that it tells of."""

    model_config = ConfigDict(extra="ignore")

    person: Text = ""
    action: Text = ""
    device: Text = ""
    change: Text = ""
    unit: Text = ""
    policy: Text = ""
    version: Text = ""
    permission: Text = ""
    at: Text = ""
    since: Text = ""
    until: Text = ""
    format: Literal["json", "csv", "jsonl", "ocsf"] = "json"
    after: Text = Field(default="", description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=500, description="Rows in the page.")

    def given(self) -> dict[str, str]:
        told = self.model_dump(exclude={"format", "after", "limit"})
        return {name: value for name, value in told.items() if value}


@router.get("/questions")
def list_questions(ctx: Ctx) -> list[QuestionOut]:
    """The questions that an auditor asks, with what each takes."""
    return [QuestionOut.of(one) for one in asking.list_questions(ctx)]


@router.get("/questions/{question}", response_model=AnswerOut)
def ask(
    question: str, request: Request, ctx: Ctx, asked: Annotated[Asked, Query()]
) -> AnswerOut | Response:
    """A page of the answer; in a format other than json all of it as a file, which is recorded."""
    given = asked.given()
    if asked.format != "json":
        origin = rest_origin(request)
        return answer_file(ctx, runtime_of(request), origin, question, given, asked.format)
    told = asking.ask(ctx, question, given, after=asked.after, limit=asked.limit)
    return AnswerOut.of(asking.question(ctx, question), told)
