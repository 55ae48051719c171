"""Ask a question of the table: check what is given, hand out a page. Writes only that it left."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from changes.questions.answers import Answer, Given, Parameter, Question, Row
from changes.questions.periods import Bound, in_words, resolved, time_in
from changes.questions.table import QUESTIONS
from core.audit import Subject
from core.context import Context
from core.errors import InvalidInput, NotFound
from core.evidence.archives.shelf import archived_until
from organization.people import in_records

PIECE = 500  # rows that an export reads at a time
LARGEST = 2**31 - 1  # PostgreSQL's integer
MOST = 500  # characters of a parameter
BOUNDS: Mapping[str, Bound] = {"since": "begin", "until": "end"}
"""What a period in words means as that parameter; as any other one it is its last moment."""


def list_questions(ctx: Context) -> tuple[Question, ...]:
    """All questions there are. Needs `audit.read`."""
    ctx.require("audit.read")
    return tuple(QUESTIONS.values())


def question(ctx: Context, name: str) -> Question:
    """The question of that name, or NotFound. Needs `audit.read`."""
    ctx.require("audit.read")
    if name not in QUESTIONS:
        raise NotFound(f"There is no question {name!r}; there are {', '.join(QUESTIONS)}.")
    return QUESTIONS[name]


def ask(
    ctx: Context, name: str, given: Mapping[str, str], *, after: str = "", limit: int = 50
) -> Answer:
    """At most `limit` rows of the answer, after the place `after`. Needs `audit.read`.

    `given` are the parameters as text; an empty one counts as left out, and a time may be in words
    (see `changes.questions.periods`). Rows are about what lies
    in the units where the person has `audit.read`. Raises NotFound for a name that nothing bears,
    InvalidInput for a parameter that is missing, unknown or malformed.
    """
    asked = question(ctx, name)
    rows = tuple(asked.read(ctx, checked(asked, settled(ctx, asked, given)), after, limit))
    return Answer(
        columns=asked.columns, rows=rows, note=_note(ctx, asked),
        next=rows[-1].place if len(rows) == limit else "",
    )  # fmt: skip


def _note(ctx: Context, asked: Question) -> str:
    """What the answer cannot tell, archived records among it."""
    away = archived_until(ctx) if asked.of_records else None
    return f"{asked.note} {away.told}" if away else asked.note


def export(ctx: Context, name: str, given: Mapping[str, str], *, form: str) -> Question:
    """Record that the whole answer leaves the house in this form; raises as `ask`."""
    asked = question(ctx, name)
    given = settled(ctx, asked, given)
    checked(asked, given)
    subject = Subject(type="question", id=name, label=asked.title)
    told = {key: value for key, value in given.items() if value.strip()}
    ctx.record("question.exported", subject, parameters=in_records(ctx, told), format=form)
    return asked


def pieces(ctx: Context, name: str, given: Mapping[str, str]) -> Iterator[tuple[Row, ...]]:
    """The whole answer, a piece at a time, all in the context's transaction."""
    after, first = "", True
    while first or after:
        answer = ask(ctx, name, given, after=after, limit=PIECE)
        yield answer.rows
        after, first = answer.next, False


def settled(ctx: Context, asked: Question, given: Mapping[str, str]) -> Mapping[str, str]:
    """The parameters with times in words worked out as of now, so that all pages say the same."""
    times = {one.name for one in asked.parameters if one.kind == "time"}
    words = {name: in_words(text) for name, text in given.items() if name in times}
    return {
        **given,
        **{
            name: resolved(period, BOUNDS.get(name, "moment"), now=ctx.now()).isoformat()
            for name, period in words.items() if period is not None
        },
    }  # fmt: skip


def checked(asked: Question, given: Mapping[str, str]) -> Given:
    """The parameters as the question reads them, or InvalidInput whose fact `field` names one."""
    known = {one.name: one for one in asked.parameters}
    wrong = next((name for name in given if name not in known), None)
    if wrong is not None:
        raise InvalidInput(
            f"The question {asked.name} takes no {wrong}; it takes {', '.join(known)}.",
            field=wrong,
        )
    told = {name: given.get(name, "").strip() for name in known}
    missing = next((one for one in asked.parameters if one.required and not told[one.name]), None)
    if missing is not None:
        raise InvalidInput(f"The question {asked.name} needs {missing.name}.", field=missing.name)
    return {name: _read(known[name], value) for name, value in told.items() if value}


def _read(parameter: Parameter, text: str) -> str | int | datetime:
    match parameter.kind:
        case "text" if len(text) <= MOST and text.isprintable():
            return text
        case "number" if text.isascii() and text.isdigit() and 1 <= int(text[:11]) <= LARGEST:
            return int(text)
        case "time":
            return time_in(text, field=parameter.name)
    raise InvalidInput(f"{text[:40]!r} is no {parameter.name}.", field=parameter.name)
