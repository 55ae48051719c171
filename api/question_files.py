"""The answer to a question as a file, for REST and pages. Recorded first, then read in pieces."""

from base64 import b64encode
from collections.abc import Iterator, Mapping

from fastapi.responses import Response, StreamingResponse

from changes.questions.answers import Question
from changes.questions.asking import PIECE, ask, export, settled
from changes.questions.files import FORMS, Form
from changes.questions.saved_models import KeptAnswer
from core.actor import Actor, Origin
from core.context import Context
from core.runtime import Runtime


def answer_file(
    ctx: Context, runtime: Runtime, origin: Origin, name: str, given: Mapping[str, str], form: str
) -> StreamingResponse:
    """The whole answer in a form of `FORMS`; what cannot be asked raises before the first row."""
    asked = export(ctx, name, given, form=form)
    given = settled(ctx, asked, given)
    ask(ctx, name, given, limit=1)
    kind = FORMS[form]
    called = f"trimtab-question-{name}-{ctx.now():%Y-%m-%d}.{kind.ending}"
    return StreamingResponse(
        _pieces(runtime, ctx.person, origin, asked, given, kind),
        media_type=kind.media,
        headers={
            "Content-Disposition": f'attachment; filename="{called}"', "Cache-Control": "no-store",
        },
    )  # fmt: skip


def kept_file(kept: KeptAnswer) -> Response:
    """An answer that was kept, with its SHA-256 in the header Digest (RFC 3230)."""
    kind, name = FORMS[kept.form], kept.saved_question.question
    called = f"trimtab-question-{name}-{kept.asked_at:%Y-%m-%d-%H%M}.{kind.ending}"
    return Response(
        kept.content, media_type=kind.media,
        headers={
            "Content-Disposition": f'attachment; filename="{called}"', "Cache-Control": "no-store",
            "Digest": f"sha-256={b64encode(bytes.fromhex(kept.sha256)).decode()}",
        },
    )  # fmt: skip


def _pieces(
    runtime: Runtime, person: Actor, origin: Origin, asked: Question, given: Mapping[str, str],
    kind: Form,
) -> Iterator[str]:  # fmt: skip
    """No transaction stays open while the reader of the file is slow."""
    yield kind.head(asked)
    after, first = "", True
    while first or after:
        with runtime.context(person, origin) as ctx:
            answer = ask(ctx, asked.name, given, after=after, limit=PIECE)
        yield kind.body(asked, answer.rows)
        after, first = answer.next, False
