"""How reports name persons, times and digests. Reads no database."""

from datetime import datetime

from organization.models import Person


def named(person: Person | None) -> str:
    """A person as people know them, with the name that they sign in by."""
    if person is None:
        return "the platform"
    return person.name if person.name == person.username else f"{person.name} ({person.username})"


def at(moment: datetime | None) -> str:
    """A time in UTC, to the second; a dash where there is none."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "-"


def when(moment: datetime | None) -> str:
    """The same in a column that says that it is in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "-"


def short(digest: str) -> str:
    """The beginning of a digest, by which a person compares it."""
    return f"{digest[:16]}…" if len(digest) > 16 else digest
