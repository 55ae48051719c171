"""Ask a saved question as the person who saved it, keep the answer as a file, hand it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from changes.questions import asking, saved, scope
from changes.questions.answers import Question
from changes.questions.files import FORMS
from changes.questions.narrowed import Narrowed
from changes.questions.saved_models import KeptAnswer, SavedQuestion
from core.context import Context
from core.counting import counted
from core.errors import Conflict, InvalidInput, NotFound, NotPermitted, TrimtabError
from operations import notices, schedules
from operations.notices import Note
from organization.people import actor_of, in_records
from organization.units import units_below

LARGEST = 16 * 2**20  # bytes of an answer that is kept
NOT_PERMITTED = (
    "no post of the person who saved it permits that any more: it needs audit.read, over the "
    "whole organization or where the person or device that it asks about belongs."
)
"""In place of the refusal's own words, which name persons."""


class AnswerAltered(TrimtabError):
    """A file is not what was kept."""

    code = "answer_altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    rows: int
    content: bytes


def answer(ctx: Context, saved_id: int) -> KeptAnswer:
    """Ask now, with the permissions that the saving person has now; needs none of one's own.

    The answer is kept, older ones than it keeps go, and its owner is told. Who lost `audit.read`
    gets no answer: that is kept and told in its place, and the schedule is paused.
    """
    row = ctx.get_locked(SavedQuestion, saved_id)
    asker = _asker(ctx, row)
    kept = KeptAnswer(
        saved_question=row, asked_at=ctx.now(), form=row.form, parameters=row.parameters,
        unit_ids=sorted(asker.units(scope.AUDIT)), rows=0, size=0, sha256="", problem="",
    )  # fmt: skip
    code = ""
    try:
        _fill(asker, row, kept)
    except (NotPermitted, NotFound, InvalidInput, Conflict) as error:
        kept.problem, code = error.message, error.code
        if isinstance(error, NotPermitted):
            kept.problem = NOT_PERMITTED
            _pause(ctx, row)
    before = _last(ctx, row)
    asker.add(kept)
    dropped = _drop(asker, row, kept)
    if kept.problem:
        asker.record("question.not_answered", row, answer=kept.id, problem=code)
    else:
        asker.record(
            "question.answered", row, answer=kept.id, form=kept.form,
            parameters=in_records(asker, kept.parameters), rows=kept.rows,
            size=kept.size, sha256=kept.sha256, dropped=dropped,
        )  # fmt: skip
    _tell(ctx, kept, difference(kept, before))
    return kept


def ask_now(ctx: Context, saved_id: int) -> KeptAnswer:
    """Ask one's own saved question without waiting for the clock. Needs `audit.read`."""
    row = saved.get(ctx, saved_id)
    if row.owner_id != ctx.person.person_id:
        raise NotPermitted(f"{row.name} is asked as the person who saved it; save your own.")
    return answer(ctx, saved_id)


def list_answers(
    ctx: Context, saved_id: int, *, before: int | None = None, limit: int = 50
) -> Sequence[KeptAnswer]:
    """Answers that are kept, and why there was none; the newest first. Needs `audit.read`."""
    row = saved.get(ctx, saved_id)
    query = select(KeptAnswer).where(KeptAnswer.saved_question_id == row.id)
    if before is not None:
        query = query.where(KeptAnswer.id < before)
    return ctx.session.scalars(query.order_by(KeptAnswer.id.desc()).limit(limit)).all()


def download(ctx: Context, saved_id: int, answer_id: int | None = None) -> KeptAnswer:
    """A kept answer, or the last one, with its content; that it left the house is recorded.

    Needs `audit.read` in every unit that it is about. Raises NotFound where there is none,
    AnswerAltered when the content is not what its digest says.
    """
    row = saved.get(ctx, saved_id)
    query = select(KeptAnswer).where(
        KeptAnswer.saved_question_id == row.id, KeptAnswer.content.is_not(None)
    )
    if answer_id is not None:
        query = query.where(KeptAnswer.id == answer_id)
    kept = ctx.session.scalars(
        query.order_by(KeptAnswer.id.desc()).limit(1).options(undefer(KeptAnswer.content))
    ).first()
    if kept is None or kept.content is None:
        raise NotFound(f"No such answer of {row.name} is kept; {row.keep} are.")
    if not readable(ctx, kept):
        raise NotPermitted(
            f"This answer of {row.name} is about units that {ctx.person.name} does not audit.",
            permission=scope.AUDIT,
        )
    if sha256(kept.content).hexdigest() != kept.sha256:
        raise AnswerAltered(
            f"The answer {kept.id} of {row.name} is not what was kept: its SHA-256 is another one. "
            "Somebody altered it in the database; the record question.answered has the right one."
        )
    ctx.record("question.downloaded", row, answer=kept.id, sha256=kept.sha256)
    return kept


def readable(ctx: Context, kept: KeptAnswer) -> bool:
    """Whether the acting person audits every unit that the answer is about."""
    return set(kept.unit_ids) <= ctx.units(scope.AUDIT)


def difference(kept: KeptAnswer, before: KeptAnswer | None) -> str:
    """How many rows there are, and how many more than in the answer before."""
    if kept.problem:
        return f"No answer: {kept.problem}"
    if before is None or before.form != kept.form:
        return _rows(kept.rows)
    more = kept.rows - before.rows
    if not kept.rows and not more:
        return f"{_rows(0)}, as last time"
    words = f"{more} more than" if more > 0 else f"{-more} fewer than" if more else "as many as"
    return f"{_rows(kept.rows)}, {words} last time"


def _rows(count: int) -> str:
    return counted(count, "row") if count else "No rows"


def _asker(ctx: Context, row: SavedQuestion) -> Context:
    """The context of the saving person, for what is shared within its unit alone."""
    person = actor_of(row.owner)
    if row.unit_id is None:
        return replace(ctx, person=person)
    within = Narrowed(authority=ctx.authority, within=units_below(ctx, row.unit_id))
    return replace(ctx, person=person, authority=within)


def _fill(asker: Context, row: SavedQuestion, kept: KeptAnswer) -> None:
    asked = asking.question(asker, row.question)
    given = asking.settled(asker, asked, row.parameters)
    kept.parameters = dict(given)
    file = _file(asker, asked, given, row.form)
    kept.rows, kept.content, kept.size = file.rows, file.content, len(file.content)
    kept.sha256 = sha256(file.content).hexdigest()


def _file(asker: Context, asked: Question, given: Mapping[str, str], form: str) -> _File:
    """The whole answer, or Conflict when it is too large to be kept."""
    kind = FORMS[form]
    rows, content = 0, bytearray(kind.head(asked).encode())
    for piece in asking.pieces(asker, asked.name, given):
        rows += len(piece)
        content += kind.body(asked, piece).encode(errors="replace")
        if len(content) > LARGEST:
            raise Conflict(
                f"The answer is larger than the {LARGEST // 2**20} MiB that are kept; narrow the "
                "question, or ask it by hand and take the file."
            )
    return _File(rows=rows, content=bytes(content))


def _last(ctx: Context, row: SavedQuestion) -> KeptAnswer | None:
    query = select(KeptAnswer).where(
        KeptAnswer.saved_question_id == row.id, KeptAnswer.problem == ""
    )
    return ctx.session.scalars(query.order_by(KeptAnswer.id.desc()).limit(1)).first()


def _drop(ctx: Context, row: SavedQuestion, kept: KeptAnswer) -> int:
    """Remove what is beyond the answers that are kept, or beyond as many problems; how many."""
    alike = select(KeptAnswer.id).where(
        KeptAnswer.saved_question_id == row.id, (KeptAnswer.problem == "") == (kept.problem == "")
    )
    old = alike.order_by(KeptAnswer.id.desc()).offset(row.keep)
    gone = delete(KeptAnswer).where(KeptAnswer.id.in_(old)).returning(KeptAnswer.id)
    return len(ctx.session.scalars(gone).all())


def _pause(ctx: Context, row: SavedQuestion) -> None:
    if row.schedule is not None and row.schedule.enabled:
        schedules.pause(replace(ctx, person=saved.PLANNER), row.schedule.id)


def _tell(ctx: Context, kept: KeptAnswer, words: str) -> None:
    """Its owner, while the account is open; by a notice that leads to the page."""
    row = kept.saved_question
    if not row.owner.active:
        return
    paused = row.schedule is not None and not row.schedule.enabled
    detail = f"{words}." if words[-1] != "." else words
    notices.put(ctx, [
        Note(
            person_id=row.owner_id, mark=f"answer:{kept.id}", topic="answer",
            title=f"Saved question {row.name}", path=f"/questions/saved/{row.id}",
            detail=f"{detail} Its schedule is paused." if paused else detail,
        )
    ])  # fmt: skip
    notices.call(ctx)
