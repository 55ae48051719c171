"""The one table of questions, by name. A new question adds its line here."""

from collections.abc import Mapping

from changes.questions import (
    compliance,
    could_approve,
    device_changes,
    doings,
    emergencies,
    executors,
    outside,
    unexplained,
)
from changes.questions.answers import Question

QUESTIONS: Mapping[str, Question] = {
    one.QUESTION.name: one.QUESTION
    for one in (
        doings, device_changes, outside, emergencies, executors, unexplained, could_approve,
        compliance,
    )
}  # fmt: skip
