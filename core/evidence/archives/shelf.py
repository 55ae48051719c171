"""The archives in force, and their records in the order of the log. Reads only."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.context import Context
from core.evidence.archives.files import ArchiveUnreadable, lines_of, sha256_of
from core.evidence.archives.models import Archive, Restored
from core.evidence.archives.statement import is_plain, statement_of_archive
from core.evidence.breaks import Broken, Kind
from core.evidence.models import Key
from core.evidence.signatures import in_force
from core.evidence.statements import is_signed
from core.settings import Settings


def archive_folder(settings: Settings) -> Path:
    """Where archives lie unless something else is said."""
    return settings.audit_archive_folder or settings.home / "audit-archives"


def archives_in_force(session: Session) -> list[Archive]:
    """The archives whose records are not in the database again, by their first positions."""
    back = select(Restored.archive_id)
    rows = select(Archive).where(Archive.id.not_in(back)).order_by(Archive.first, Archive.id)
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def archive_breaks(archives: Sequence[Archive], keys: Sequence[Key]) -> Iterator[Broken]:
    """Archives whose row is not what a key of the log signed."""
    for one in archives:
        if not is_sealed(one, keys):
            yield Broken(
                kind="wrong_signature", position=one.first,
                what=f"the row of the archive {one.file!r} is not what the log's key signed",
            )  # fmt: skip


def is_sealed(one: Archive, keys: Sequence[Key]) -> bool:
    """Whether a key signed the archive that was in force after its records or later."""
    oldest = in_force(keys, one.size)
    key = next((key for key in keys if key.id == one.key_id), None)
    if key is None or oldest is None or key.number < oldest.number:
        return False
    told = statement_of_archive(one, log=keys[0].id)
    return is_signed(told.canonical, one.signature, key.public_key)


@dataclass(slots=True, kw_only=True)
class Shelf:
    """Archives in a folder, by their first positions; best asked for positions that rise.

    `broken` tells of files that are not there or cannot be read, each once.
    """

    archives: Sequence[Archive]
    folder: Path
    broken: list[Broken] = field(default_factory=list)
    _failed: set[int] = field(default_factory=set)
    _odd: dict[int, Archive] = field(default_factory=dict)
    _open: Archive | None = None
    _lines: Iterator[bytes] = field(default_factory=lambda: iter(()))
    _next: int = 0

    def covers(self, position: int) -> Archive | None:
        """The archive that holds the record of this position."""
        at = bisect_right(self.archives, position, key=lambda one: one.first) - 1
        one = self.archives[at] if at >= 0 else None
        return one if one is not None and position < one.size else None

    def line(self, position: int) -> bytes | None:
        """The record's bytes as the file has them; None where there are none."""
        one = self.covers(position)
        if one is None or one.id in self._failed:
            return None
        if one is not self._open or position < self._next:
            self._begin(one)
        try:
            return None if one.id in self._failed else self._read(position)
        except StopIteration:
            self._fail(one, "missing", position, "ends before the record of this position")
        except ArchiveUnreadable:
            self._fail(one, "altered", position, "cannot be read from this position on")
        return None

    def odd_files(self, altered: Sequence[int]) -> Iterator[Broken]:
        """Files read that are not those that were signed, where none of their records says so."""
        for one in self._odd.values():
            if one.id not in self._failed and not any(
                map(range(one.first, one.size).count, altered)
            ):
                yield Broken(
                    kind="altered", position=one.first,
                    what=f"the archive {one.file} is not the file that was signed, though the "
                    "records that it alone holds are those that were sealed",
                )  # fmt: skip

    def _begin(self, one: Archive) -> None:
        """Open the file at its first record."""
        self._open, self._next, self._lines = one, one.first, iter(())
        file = self.folder / one.file
        if not is_plain(one.file) or not file.is_file():
            self._fail(
                one, "missing", one.first,
                f"with the records of positions {one.first} to {one.size - 1} is not in "
                f"{self.folder}; bring it back, or say where it is with --archives",
            )  # fmt: skip
            return
        if sha256_of(file) != one.sha256:
            self._odd[one.id] = one
        self._lines = lines_of(file)

    def _read(self, position: int) -> bytes:
        for _ in range(position - self._next):
            next(self._lines)
        self._next = position + 1
        return next(self._lines)

    def _fail(self, one: Archive, kind: Kind, position: int, what: str) -> None:
        self._failed.add(one.id)
        told = f"the archive {one.file!r} {what}"
        self.broken.append(Broken(kind=kind, position=position, what=told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Records that are in files and not in the database: all of before `until`, roughly.

    `first` is the first position away, `size` where the last file ends; a few records that the
    platform still asks for are here all the same.
    """

    until: datetime
    first: int
    size: int
    files: tuple[str, ...]

    @property
    def told(self) -> str:
        """What a list, an answer or a page says below it."""
        return (
            f"Most records of before {self.until:%F %H:%M} UTC are archived in "
            f"{', '.join(self.files)}, not here; `trimtab audit restore FILE` brings them back."
        )


def archived_until(ctx: Context) -> Away | None:
    """What is archived, for whoever lists records or counts on them; None where nothing is."""
    found = archives_in_force(ctx.session)
    if not found:
        return None
    return Away(
        until=max(one.until for one in found), first=found[0].first,
        size=max(one.size for one in found), files=tuple(one.file for one in found),
    )  # fmt: skip
