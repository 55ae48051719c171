"""Pages of saved questions: save, schedule, ask now, the answers that are kept."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.access import PageVisit
from api.question_files import kept_file
from api.shapes import Key
from api.web.render import page
from changes.questions import asking, saved, saved_answers
from changes.questions.saved import MOST_KEPT, Wanted
from core.errors import InvalidInput

router = APIRouter(include_in_schema=False)
LIMIT = 50
Words = Annotated[str, Form(max_length=500)]
GIVEN = "given_"
"""Before the names of the question's parameters in the form that saves it."""


async def _given(request: Request) -> dict[str, str]:
    """The question's parameters among the fields of the form."""
    form = await request.form()
    return {
        name.removeprefix(GIVEN): value
        for name, value in form.items() if name.startswith(GIVEN) and isinstance(value, str)
    }  # fmt: skip


@router.get("/questions/saved")
def list_saved(visit: PageVisit, after: int = 0) -> Response:
    found = saved.list_saved(visit.ctx, before=after or None, limit=LIMIT)
    return page(
        "saved_questions.html", visit, found=found, paging=after,
        more=found[-1].id if len(found) == LIMIT else 0,
    )  # fmt: skip


@router.post("/questions/saved")
async def save(
    request: Request, visit: PageVisit, question: Words, name: Words, form: Words = "csv",
    unit: Words = "", keep: Words = "12",
) -> Response:  # fmt: skip
    if not (keep.isascii() and keep.isdecimal() and len(keep) < len("1000")):
        raise InvalidInput(f"From 1 to {MOST_KEPT} answers are kept.", field="keep")
    wanted = Wanted(
        name=name, question=question, parameters=await _given(request), form=form,
        unit=unit.strip() or None, keep=int(keep),
    )  # fmt: skip
    row = await run_in_threadpool(saved.save, visit.ctx, wanted)
    return _back(row.id)


@router.get("/questions/saved/{saved_id}")
def show(visit: PageVisit, saved_id: Key, after: int = 0) -> Response:
    ctx = visit.ctx
    row = saved.get(ctx, saved_id)
    answers = saved_answers.list_answers(ctx, saved_id, before=after or None, limit=LIMIT)
    return page(
        "saved_question.html", visit, saved=row, asked=asking.question(ctx, row.question),
        answers=answers, readable={one.id: saved_answers.readable(ctx, one) for one in answers},
        own=row.owner_id == ctx.person.person_id, may_edit=saved.may_edit(ctx, row),
        more=answers[-1].id if len(answers) == LIMIT else 0, paging=after,
    )  # fmt: skip


@router.post("/questions/saved/{saved_id}/answers")
def ask_now(visit: PageVisit, saved_id: Key) -> Response:
    saved_answers.ask_now(visit.ctx, saved_id)
    return _back(saved_id)


@router.get("/questions/saved/{saved_id}/answers/{answer_id}")
def download(visit: PageVisit, saved_id: Key, answer_id: Key) -> Response:
    """The file; that it was taken is recorded."""
    return kept_file(saved_answers.download(visit.ctx, saved_id, answer_id))


@router.post("/questions/saved/{saved_id}/schedule")
def schedule(
    visit: PageVisit, saved_id: Key, trigger: Words, timezone: Words = "UTC"
) -> Response:  # fmt: skip
    saved.put_on_schedule(visit.ctx, saved_id, trigger=trigger, timezone=timezone.strip() or "UTC")
    return _back(saved_id)


@router.post("/questions/saved/{saved_id}/rest")
def unschedule(visit: PageVisit, saved_id: Key) -> Response:
    saved.take_off_schedule(visit.ctx, saved_id)
    return _back(saved_id)


@router.post("/questions/saved/{saved_id}/removal")
def remove(visit: PageVisit, saved_id: Key) -> Response:
    saved.remove(visit.ctx, saved_id)
    return RedirectResponse("/questions/saved", status_code=303)


def _back(saved_id: int) -> Response:
    return RedirectResponse(f"/questions/saved/{saved_id}", status_code=303)
