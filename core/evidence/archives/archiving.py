"""Let old records leave the database for a signed file. Leaves and nodes stay: the tree is whole.

Nothing leaves before its file is on the disk, was read back, and its lines gave the root that was
signed; the archive's row, the record of it and the removal are one transaction.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from core.context import Context
from core.errors import InvalidInput, NotPermitted
from core.evidence.archives.due import Span, due
from core.evidence.archives.files import (
    SUFFIX,
    header_of,
    lines_of,
    sha256_of,
    write_archive,
    write_header,
)
from core.evidence.archives.models import Archive
from core.evidence.archives.shelf import archive_folder
from core.evidence.archives.statement import require_plain, statement_of_archive
from core.evidence.archives.staying import STAYING
from core.evidence.keys import chain, signer_of
from core.evidence.nodes import LogBroken, frontier
from core.evidence.signatures import is_sound
from core.evidence.tree import Frontier, leaf_hash

YOUNGEST = timedelta(days=30)
"""What is younger stays: pages, sign-in and the last verification look at it."""
LOCK_NUMBER = 0x7472_696D_6172_6368
_LOCK = text("SELECT pg_advisory_xact_lock(:number)")
_CONTENT = text("""
SELECT leaf.position, record.canonical FROM audit_leaf leaf
LEFT JOIN audit_record record ON record.id = leaf.audit_record_id
WHERE leaf.position >= :first AND leaf.position < :size ORDER BY leaf.position
""")
_LET_GO = text("GRANT DELETE ON audit_record TO CURRENT_USER")
_HOLD = text("REVOKE DELETE ON audit_record FROM CURRENT_USER")
_REMOVE = text("""
WITH gone AS (
    DELETE FROM audit_record record USING audit_leaf leaf
    WHERE leaf.audit_record_id = record.id AND leaf.position >= :first AND leaf.position < :size
      AND record.action <> ALL (:staying)
    RETURNING 1
)
SELECT count(*) FROM gone
""")


def archive(
    ctx: Context, *, until: datetime, file: Path | None = None, reason: str = ""
) -> Archive:
    """Write what was sealed before `until` to a new file, then remove it here; commits.

    Needs `audit.archive`. The file's name is made in the archives' folder unless it is given; what
    it is stands signed in `FILE.json`. Records that the platform still asks for stay here as well.
    Raises InvalidInput when the time is not long past, nothing is there to archive, or the file
    cannot be written; LogBroken when the records are not those that were signed.
    """
    ctx.require("audit.archive")
    ctx.session.execute(_LOCK, {"number": LOCK_NUMBER})
    span = _span(ctx, until)
    file = file or _file(ctx, span)
    require_plain(file.name)
    write_archive(file, _content(ctx.session, span))
    try:
        made = _leave(ctx, span, file, reason=reason)
    except BaseException:
        file.unlink(missing_ok=True)
        header_of(file).unlink(missing_ok=True)
        raise
    ctx.commit()  # from here on the file may be all that there is, whatever is said of the commit
    return made


def _leave(ctx: Context, span: Span, file: Path, *, reason: str) -> Archive:
    """Sign what was read back, then let the records go."""
    row = _row(ctx, span, file)
    told = statement_of_archive(row, log=chain(ctx.session)[0].id)
    row.signature = signer_of(ctx.settings, chain(ctx.session)[-1]).sign(told.canonical)
    write_header(file, told.header(row.signature))
    ctx.add(row)
    removed = _remove(ctx.session, row)
    ctx.record(
        "audit.archived", row, reason=reason, first=row.first, size=row.size, removed=removed,
        file=row.file, sha256=row.sha256.hex(), root=row.root.hex(),
        until=row.until.isoformat(), key=row.key_id, signature=row.signature.hex(),
    )  # fmt: skip
    return row


def _span(ctx: Context, until: datetime) -> Span:
    """What is not archived yet of the records under the last head before that time."""
    if until > ctx.now() - YOUNGEST:
        raise InvalidInput(
            f"Records of the last {YOUNGEST.days} days stay in the database; name an earlier time.",
            field="until",
        )
    span = due(ctx, until)
    if span is None:
        raise InvalidInput(
            f"Nothing is to be archived: all that was sealed before {until:%F %H:%M} is already.",
            field="until",
        )
    if not is_sound(span.head, chain(ctx.session)):
        size = span.head.size
        raise _broken(f"the head of {size} records is not signed by the key in force then")
    return span


def _file(ctx: Context, span: Span) -> Path:
    folder = archive_folder(ctx.settings)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            f"The folder {folder} cannot be made: {error.strerror}. Set "
            "TRIMTAB_AUDIT_ARCHIVE_FOLDER, or name a file."
        ) from error
    return folder / f"audit-{span.first:012}-{span.head.size:012}{SUFFIX}"


def _content(session: Session, span: Span) -> Iterator[bytes]:
    """Each record's canonical bytes; LogBroken where one is missing."""
    asked = {"first": span.first, "size": span.head.size}
    expected = span.first
    with session.execute(_CONTENT.execution_options(yield_per=1000), asked) as rows:
        for position, canonical in rows:
            if position != expected or canonical is None:
                raise _broken(f"the record of position {expected} is not there")
            expected += 1
            yield bytes(canonical)


def _row(ctx: Context, span: Span, file: Path) -> Archive:
    """What the file holds, as it was read back; its signature is still to be made."""
    tree = frontier(ctx.session, span.first)
    first_root, sha256 = tree.root, sha256_of(file)
    _grow(tree, file)
    if (tree.size, tree.root) != (span.head.size, span.head.root):
        raise _broken(
            f"the records from position {span.first} to {span.head.size - 1} do not give the root "
            "that was signed"
        )
    return Archive(
        first=span.first, size=span.head.size, first_root=first_root, root=tree.root,
        until=span.head.sealed_at, file=file.name, sha256=sha256, archived_at=ctx.now(),
        archived_by=ctx.person.person_id, key_id=chain(ctx.session)[-1].id,
    )  # fmt: skip


def _grow(tree: Frontier, file: Path) -> None:
    for line in lines_of(file):
        tree.append(leaf_hash(line))


def _remove(session: Session, row: Archive) -> int:
    """Take the records away, all but those that stay; the right to is there for that long."""
    asked = {"first": row.first, "size": row.size, "staying": list(STAYING)}
    try:
        session.execute(_LET_GO)
        removed = session.scalar(_REMOVE, asked)
        session.execute(_HOLD)
    except ProgrammingError as error:
        raise NotPermitted(
            "Nothing was archived: the database's role may not let records go. Run this with the "
            f"role that owns the tables (TRIMTAB_DATABASE_URL); it said: {error.orig}",
            permission="audit.archive",
        ) from error
    return int(removed or 0)


def _broken(what: str) -> LogBroken:
    return LogBroken(
        f"Nothing was archived: {what}. `trimtab audit verify` tells what is wrong with the log."
    )
