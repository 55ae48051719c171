"""Read, verify and export audit records on behalf of a person. Seals what waits, writes no more."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from sqlalchemy import or_, select

from core.audit import ALL, AuditRecord
from core.context import Context
from core.evidence.anchoring.anchored import laid_down
from core.evidence.anchoring.receipts import receipts
from core.evidence.archives.lines import all_lines, open_shelf, require_files
from core.evidence.breaks import Point, Verification
from core.evidence.errors import LogKeyUnavailable
from core.evidence.keys import chain
from core.evidence.nodes import LogBroken
from core.evidence.sealing import seal_all
from core.evidence.verifying import verify_log
from core.identities import called
from core.sight import AUDIT, Sight, require_sight

VERIFIED = "audit.verified"


def list_records(
    ctx: Context, *, before: int | None = None, limit: int = 50, action: str | None = None,
    actor: str | None = None, subject_type: str | None = None, subject_id: str | None = None,
    within: Sight | None = None,
) -> Sequence[AuditRecord]:  # fmt: skip
    """Records, newest first; needs `audit.read`, without `within` over the whole organization."""
    require_sight(ctx, within)
    query = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(limit)
    if within is not None:
        query = query.where(within(AuditRecord))
    for column, value in (
        (AuditRecord.action, action), (AuditRecord.subject_type, subject_type),
        (AuditRecord.subject_id, subject_id),
    ):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    if actor is not None:
        named = AuditRecord.identity.has(called(actor))
        query = query.where(or_(AuditRecord.named == actor, named))
    if before is not None:
        query = query.where(AuditRecord.id < before)
    return ctx.session.scalars(query).all()


def verify(
    ctx: Context, *, since: Literal["begin", "last"] = "begin", anchors: Path | None = None,
    archives: Path | None = None,
) -> Verification:  # fmt: skip
    """Verify all records, or those after the last verified head; needs `audit.read` in any unit.

    What waits is sealed first, where the key is here. Heads laid down in the file `anchors`, or in
    the one that the settings name, have to fit, and so have the receipts of witnesses and of
    timestamp authorities; archived records are read from the folder `archives`, or from that of
    the settings. That it was done, and its result, is recorded. What is told are numbers, places
    and hashes, never what a record says.
    """
    ctx.require(AUDIT)
    with suppress(LogBroken, LogKeyUnavailable):  # then there is something to tell
        seal_all(ctx)
    told = inspect(
        ctx, since=_last_verified(ctx) if since == "last" else None, anchors=anchors,
        archives=archives,
    )  # fmt: skip
    ctx.record(
        VERIFIED, ALL, records=told.records, broken=len(told.broken), size=told.size,
        root=told.root.hex(), since=told.since,
    )  # fmt: skip
    return told


def inspect(
    ctx: Context, *, since: Point | None = None, anchors: Path | None = None,
    archives: Path | None = None,
) -> Verification:  # fmt: skip
    """The verification itself: seals nothing, records nothing."""
    file = anchors or ctx.settings.audit_anchor_file
    points, broken = laid_down(file, chain(ctx.session)) if file and file.exists() else ([], [])
    begin = since.size if since else 0
    more, unsound = receipts(ctx.session, ctx.settings, chain(ctx.session), since=begin)
    points, broken = [*points, *more], [*broken, *unsound]
    told = verify_log(
        ctx.session, ctx.settings, now=ctx.now(), since=since, archives=archives,
        anchored=[one for one in points if since is None or one.size >= since.size],
    )  # fmt: skip
    return replace(told, broken=(*told.broken, *broken))


def canonical_lines(ctx: Context) -> Iterator[bytes]:
    """Every record's canonical JSON in the order of the log, for export.

    Needs `audit.read` over the whole organization. Archived records are read from their files, or
    RecordAway tells which is not there. What is not sealed yet comes last.
    """
    require_sight(ctx, None)
    shelf = open_shelf(ctx)
    require_files(shelf)
    return all_lines(ctx.session, shelf)


def _last_verified(ctx: Context) -> Point | None:
    """The head of the last verification that found nothing broken."""
    facts = ctx.session.scalar(
        select(AuditRecord.facts)
        .where(
            AuditRecord.action == VERIFIED, AuditRecord.facts.has_key("root"),
            AuditRecord.facts["broken"].as_integer() == 0,
        )
        .order_by(AuditRecord.id.desc())
        .limit(1)
    )  # fmt: skip
    if facts is None or not facts["size"]:
        return None
    return Point(size=int(str(facts["size"])), root=bytes.fromhex(str(facts["root"])))
