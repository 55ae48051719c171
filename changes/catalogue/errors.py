"""Why the catalogue refuses; each names the subject, the place and what to do."""

from typing import ClassVar

from core.errors import Conflict, InvalidInput, NotPermitted


class EntryWrong(InvalidInput):
    """A standard change that cannot be drafted so."""

    code: ClassVar[str] = "standard_change_wrong"


class NotOffered(Conflict):
    """A standard change that is not approved, is retired, is over, or was altered."""

    code: ClassVar[str] = "standard_change_not_offered"


class OutsideOfEntry(Conflict):
    """A device or a risk that a standard change was not approved for."""

    code: ClassVar[str] = "outside_of_standard_change"


class OwnDraft(NotPermitted):
    code: ClassVar[str] = "own_draft"


class RowsWrong(InvalidInput):
    """Variables or templates that do not fit; the message names every line and column at once."""

    code: ClassVar[str] = "rows_wrong"
