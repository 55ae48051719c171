"""All records of the log in their order, wherever they are. Reads only."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.context import Context
from core.errors import NotFound
from core.evidence.archives.files import lines_of
from core.evidence.archives.models import Archive
from core.evidence.archives.shelf import Shelf, archive_folder, archives_in_force
from core.evidence.tree import leaf_hash

_SEALED = text("""
SELECT leaf.position, record.canonical FROM audit_leaf leaf
LEFT JOIN audit_record record ON record.id = leaf.audit_record_id
ORDER BY leaf.position
""")
_UNSEALED = text("""
SELECT record.canonical FROM audit_record record
WHERE NOT EXISTS (SELECT FROM audit_leaf leaf WHERE leaf.audit_record_id = record.id)
ORDER BY record.id
""")
_HASH = text("SELECT hash FROM audit_leaf WHERE position = :position")


class RecordAway(NotFound):
    """A record is in an archive whose file is not here, or not what it was."""

    code = "record_away"


def open_shelf(ctx: Context, folder: Path | None = None) -> Shelf:
    """The archives in that folder, or in that of the settings."""
    return Shelf(
        archives=archives_in_force(ctx.session), folder=folder or archive_folder(ctx.settings)
    )


def require_files(shelf: Shelf) -> None:
    """Raise RecordAway unless every archive's file is there."""
    for one in shelf.archives:
        if not (shelf.folder / one.file).is_file():
            raise _away(shelf, one)


def all_lines(session: Session, shelf: Shelf) -> Iterator[bytes]:
    """Every record's canonical JSON in the order of the log; what is not sealed comes last.

    Archived ones are read from their files; RecordAway ends it where a file fails. A record that is
    nowhere is left out: then the lines do not give the signed roots.
    """
    with session.execute(_SEALED.execution_options(yield_per=1000)) as rows:
        for position, canonical in rows:
            if canonical is not None:
                yield bytes(canonical)
            elif (one := shelf.covers(position)) is not None:
                line = shelf.line(position)
                if line is None:
                    raise _away(shelf, one)
                yield line
    yield from session.scalars(_UNSEALED.execution_options(yield_per=1000))


def archived_line(session: Session, shelf: Shelf, position: int) -> bytes:
    """The archived record of this position, which has the hash of its leaf, or RecordAway."""
    one, line = shelf.covers(position), shelf.line(position)
    if one is None:
        raise NotFound(
            f"The record of position {position} is neither here nor in an archive; `trimtab audit "
            "verify` tells more.",
            type="audit record", id=str(position),
        )  # fmt: skip
    if line is None or leaf_hash(line) != session.scalar(_HASH, {"position": position}):
        raise _away(shelf, one)
    return line


def archived_position(shelf: Shelf, record: UUID) -> int | None:
    """Where the record of this identity is in the archives; reads them one after another."""
    wanted = f'"record_id":"{record}"'.encode()
    for one in shelf.archives:
        file = shelf.folder / one.file
        if file.is_file():
            for position, line in enumerate(lines_of(file), start=one.first):
                if wanted in line:
                    return position
    return None


def _away(shelf: Shelf, one: Archive) -> RecordAway:
    return RecordAway(
        f"The records of positions {one.first} to {one.size - 1} are in the archive {one.file}, "
        f"which is not in {shelf.folder} or is not as it was written. Bring it back from a copy, "
        "or set TRIMTAB_AUDIT_ARCHIVE_FOLDER to where it is.",
        type="archive", id=one.file,
    )  # fmt: skip
