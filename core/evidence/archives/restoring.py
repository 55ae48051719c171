"""Bring an archive's records back into the database. They are verified before they are."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.context import Context
from core.errors import InvalidInput, NotFound
from core.evidence.archives.archiving import LOCK_NUMBER
from core.evidence.archives.files import ArchiveUnreadable, lines_of, sha256_of
from core.evidence.archives.models import Archive, Restored
from core.evidence.archives.rows import Line, put_back
from core.evidence.archives.shelf import archive_folder, archives_in_force
from core.evidence.tree import leaf_hash

AT_ONCE = 5000
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")
_LEAVES = text("""
SELECT position, audit_record_id, hash FROM audit_leaf
WHERE position >= :first AND position < :size ORDER BY position
""")


def restore(ctx: Context, file: Path, *, reason: str = "") -> Archive:
    """Put the records of an archive back where they were; needs `audit.archive`.

    Every line has to have the hash of its leaf. Raises NotFound when no archive in force is of this
    file, InvalidInput when the file is not there or not whole; then nothing comes back.
    """
    ctx.require("audit.archive")
    ctx.session.execute(_LOCK, {"number": LOCK_NUMBER})
    file = _found(ctx, file)
    one = _archive_of(ctx, file)
    count = 0
    for lines in _verified(ctx.session, one, file):
        count += put_back(ctx.session, lines)
    ctx.add(
        Restored(archive_id=one.id, restored_at=ctx.now(), restored_by=ctx.person.person_id)
    )  # fmt: skip
    ctx.record(
        "audit.restored", one, reason=reason, file=file.name, sha256=one.sha256.hex(),
        first=one.first, size=one.size, records=count,
    )  # fmt: skip
    return one


def _found(ctx: Context, file: Path) -> Path:
    """The file as it was named, or in the archives' folder."""
    places = [file, archive_folder(ctx.settings) / file]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise InvalidInput(
            f"There is no file {file}, nor one in {archive_folder(ctx.settings)}. "
            "`trimtab audit archives` lists what there is."
        )
    return found


def _archive_of(ctx: Context, file: Path) -> Archive:
    sha256, known = sha256_of(file), archives_in_force(ctx.session)
    one = next((one for one in known if one.sha256 == sha256), None)
    if one is not None:
        return one
    if any(one.file == file.name for one in known):
        raise InvalidInput(
            f"{file} is not the file that was signed: its SHA-256 is {sha256.hex()}. Bring the "
            "right one from a copy."
        )
    raise NotFound(
        f"{file} is no archive of this log whose records are away.", type="archive", id=file.name
    )


def _verified(session: Session, one: Archive, file: Path) -> Iterator[Sequence[Line]]:
    """The lines, some thousand at a time, each with the hash of its leaf."""
    lines = lines_of(file)
    try:
        for first in range(one.first, one.size, AT_ONCE):
            asked = {"first": first, "size": min(first + AT_ONCE, one.size)}
            leaves = session.execute(_LEAVES, asked).all()
            some = list(islice(lines, len(leaves)))
            _require_sealed([(leaf.position, leaf.hash) for leaf in leaves], some)
            if len(some) != asked["size"] - first:
                raise _spoiled(f"records from position {first + len(some)} on are missing")
            yield [
                Line(id=leaf.audit_record_id, canonical=line)
                for leaf, line in zip(leaves, some, strict=True)
            ]
    except ArchiveUnreadable as error:
        raise _spoiled(error.message) from error


def _require_sealed(leaves: Sequence[tuple[int, bytes]], lines: Sequence[bytes]) -> None:
    for (position, hashed), line in zip(leaves, lines, strict=False):
        if leaf_hash(line) != hashed:
            raise _spoiled(f"the line of position {position} is not the record that was sealed")


def _spoiled(what: str) -> InvalidInput:
    return InvalidInput(f"The archive cannot be restored: {what}. Nothing came back.")
