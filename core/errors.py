"""The one family of errors. Rooms raise subclasses with a stable code, never an HTTP number."""

from typing import ClassVar


class TrimtabError(Exception):
    """Something went wrong that a person can act on.

    The message names the subject, the situation and what to do; `facts` carry the same as data.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **facts: str | int | None) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class NotFound(TrimtabError):
    code = "not_found"


class NotPermitted(TrimtabError):
    code = "not_permitted"


class InvalidInput(TrimtabError):
    code = "invalid_input"


class Conflict(TrimtabError):
    code = "conflict"


class SettingsError(TrimtabError):
    code = "settings"


class DatabaseUnavailable(TrimtabError):
    code = "database_unavailable"


class UnrecordedWrite(TrimtabError):
    """A transaction wrote business rows without an audit record: a defect, never a user's fault."""

    code = "unrecorded_write"
