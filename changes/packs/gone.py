"""What is not in a pack, with the reason: by its nature, or because it is gone. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from changes.packs.people import at, short
from changes.packs.report import Section, Words
from core.context import Context
from core.evidence.archives.shelf import archived_until


@dataclass(slots=True, kw_only=True)
class Gone:
    """Noted while a pack is filled: digests (hex), runs, and numbers of persons."""

    left_out: Sequence[str]
    plans: Sequence[str] = field(default=())
    runs: Sequence[str] = field(default=())
    texts: Sequence[str] = field(default=())
    redactions: Sequence[str] = field(default=())
    erased: int = 0
    unknown: int = 0
    archived: str = ""

    @property
    def sentences(self) -> list[str]:
        """What would be in the pack if it were still there."""
        counted = (
            (self.erased, "Erased names of persons, whom the records know by commitments"),
            (self.unknown, "Persons in the records of whom nothing is kept here"),
        )
        listed = (
            ("The database holds other plans than these digests that were signed", self.plans),
            ("Events of these executions were not records yet and are left out", self.runs),
            ("The retention removed these configurations; records hold the digests", self.texts),
            ("What is hidden in these configurations cannot be proven any more", self.redactions),
        )
        return [
            *([self.archived] if self.archived else []),
            *(f"{words}: {number}." for number, words in counted if number),
            *(f"{words}: {', '.join(map(short, told))}." for words, told in listed if told),
        ]


def archived(ctx: Context, since: datetime | None) -> str:
    """That records from the time that a pack is about are in archives, not in the database."""
    away = archived_until(ctx)
    if away is None or (since is not None and since >= away.until):
        return ""
    return (
        f"Records before {at(away.until)} were archived to {', '.join(away.files)}: what of them "
        "belongs here is not in this pack. Restore them with `trimtab audit restore` and make it "
        "again."
    )


def missing(gone: Gone) -> Section:
    """The section of the report about all of this."""
    lost = [Words(text=one, manner="warning") for one in gone.sentences]
    return Section(
        title="What is not in this pack, and why",
        blocks=(*lost, *(Words(text=one, manner="quiet") for one in gone.left_out)),
    )
