"""Questions, what they take and what they answer, as frozen values. Asks nothing itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.audit import Subject
from core.context import Context

Value = str | int | bool | datetime | Subject | None
"""What stands in a cell; a Subject is a thing that a page can lead to."""

Given = Mapping[str, str | int | datetime]
"""Parameters as they were checked, by name; what was left out and has no default is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a question wants to know first; `default` is worked out when it is asked."""

    name: str
    kind: Literal["text", "time", "number"]
    title: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, and what it is as an event: at what time, who did what to what.

    `place` goes on after this row; `door` and `address` are where it came from, if that is known.
    """

    place: str
    at: datetime
    who: Subject
    did: str
    what: Subject
    cells: tuple[Value, ...]
    door: str = ""
    address: str = ""


Read = Callable[[Context, Given, str, int], Sequence[Row]]
"""Context, parameters, place of the last row seen ("" to begin), limit: the next rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question by its name; needs `audit.read` wherever it is asked.

    The rows of one that is `of_records` are audit records, of which old ones may be archived.
    """

    name: str
    title: str
    note: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    read: Read
    of_records: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page of an answer; `note` says what it cannot tell, `next` where it goes on, if it does."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str
    next: str
