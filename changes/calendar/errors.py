"""Why the calendar refuses; each names the subject, the situation and what to do."""

from typing import ClassVar

from core.errors import Conflict, InvalidInput, NotPermitted


class InvalidRecurrence(InvalidInput):
    code: ClassVar[str] = "invalid_recurrence"


class InThePast(InvalidInput):
    code: ClassVar[str] = "window_in_the_past"


class Frozen(Conflict):
    code: ClassVar[str] = "frozen"


class OwnException(NotPermitted):
    code: ClassVar[str] = "own_exception"
