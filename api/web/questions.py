"""The page of an auditor's questions: a form each, the answer as a table or a file."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import PageVisit, page_origin, runtime_of
from api.question_files import answer_file
from api.web.render import page
from changes.questions import asking
from changes.questions.answers import Answer
from core.errors import InvalidInput, NotFound

router = APIRouter(include_in_schema=False)
LIMIT = 100
OWN = frozenset({"after", "format"})
"""What is no parameter of a question."""


@router.get("/questions")
def list_questions(visit: PageVisit) -> Response:
    return page("questions.html", visit, questions=asking.list_questions(visit.ctx))


@router.get("/questions/{name}")
def ask(
    name: str, request: Request, visit: PageVisit, after: str = "",
    format: Literal["", "csv", "jsonl", "ocsf"] = "",  # noqa: A002 - as the address says it
) -> Response:  # fmt: skip
    """The form, with the answer where everything is given that the question needs."""
    asked = asking.question(visit.ctx, name)
    sent = request.query_params
    given = {key: value for key, value in sent.items() if key not in OWN and value.strip()}
    if format:
        return answer_file(
            visit.ctx, runtime_of(request), page_origin(request), name, given, format
        )
    refused, answer = "", Answer(columns=asked.columns, rows=(), note=asked.note, next="")
    ready = bool(sent) or not any(one.required for one in asked.parameters)
    if ready:
        try:
            answer = asking.ask(visit.ctx, name, given, after=after, limit=LIMIT)
        except (InvalidInput, NotFound) as error:  # the form again, with what is wrong
            refused = error.message
    return page(
        "question.html", visit, status=422 if refused else 200, asked=asked, given=given,
        answer=answer, refused=refused, ready=ready,
    )  # fmt: skip
