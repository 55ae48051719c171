"""The questions, and an answer with every kind of cell."""

from changes.questions.answers import Answer, Row
from changes.questions.table import QUESTIONS
from core.audit import Subject
from tests.api.samples.basics import HOSTILE, ago

ASKED = QUESTIONS["person"]
_WHO = Subject(type="person", id="7", label=HOSTILE)
_WHAT = Subject(type="change_request", id="12", label=f"C12 {HOSTILE}")
_ROWS = tuple(
    Row(
        place=str(number), at=ago(minutes=number), who=_WHO, did="change.approved", what=what,
        cells=(ago(minutes=number), "change.approved", what, HOSTILE, number, None, ""),
    )
    for number, what in enumerate([_WHAT, _WHO])
)  # fmt: skip
_ANSWER = Answer(columns=ASKED.columns, rows=_ROWS, note=ASKED.note, next="1")
_NONE = Answer(columns=ASKED.columns, rows=(), note=ASKED.note, next="")
_GIVEN = {"person": "<x>"}
PAGES = {
    "questions": ("questions.html", {"questions": tuple(QUESTIONS.values())}),
    "question": ("question.html", {
        "asked": ASKED, "given": _GIVEN, "answer": _ANSWER, "ready": True, "refused": ""}),
    "question_refused": ("question.html", {
        "asked": ASKED, "given": _GIVEN, "answer": _NONE, "ready": True,
        "refused": f"There is no person {HOSTILE}."}),
    "question_none": ("question.html", {
        "asked": ASKED, "given": {}, "answer": _NONE, "ready": True, "refused": ""}),
    "question_unasked": ("question.html", {
        "asked": ASKED, "given": {}, "answer": _NONE, "ready": False, "refused": ""}),
}  # fmt: skip
