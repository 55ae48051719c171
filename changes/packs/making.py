"""Make an evidence pack: gather, seal, prove, tell, sign, zip. Changes nothing but the log.

The same pack made twice is the same bytes: its head is the smallest that covers its records, and
nothing in it depends on when it is made. Only what happened in between can make it another one: a
new record about its subject, a first anchor, a new key, an erased person, a removed text.
"""

import tempfile
from hashlib import sha256
from typing import IO

from changes.packs import (
    attachments,
    evidence,
    executions,
    html,
    identities,
    manifest,
    of_change,
    of_clause,
    of_device,
    of_unit,
    pdf,
    row_states,
)
from changes.packs.gone import Gone, archived, missing
from changes.packs.history import findings, timeline
from changes.packs.manifest import Manifest
from changes.packs.model import Gathered, Made, OfChange, OfClause, OfDevice, OfUnit, Wanted
from changes.packs.places import Places, placed
from changes.packs.proof import VERIFIER, proofs, readme
from changes.packs.spool import Spool
from changes.packs.told import Told
from core.audit import Subject
from core.context import Context
from core.errors import NotFound
from core.evidence.documents import program
from core.evidence.keys import chain, signer_of

MEMORY = 32 << 20  # bytes of a pack that are kept in memory before they go to a file
PIECE = 1 << 20


def make(ctx: Context, wanted: Wanted, target: IO[bytes]) -> Made:
    """Write the pack into a file that can be read and sought in, and record that it was made.

    Needs `audit.read` on what it is about. What waits is sealed first, which commits. Raises
    NotFound, NotSealed where that cannot be, LogKeyUnavailable without the key that signs it.
    """
    found = gathered(ctx, wanted)
    if not found.records:
        when = f" {found.period.words}" if found.period else ""
        raise NotFound(
            f"Of {found.subject.label} nothing was recorded{when}.", type="evidence pack"
        )
    where = placed(ctx, found.records)
    keys = chain(ctx.session)
    signer = signer_of(ctx.settings, keys[-1])
    with tempfile.SpooledTemporaryFile(MEMORY) as file:
        spool = Spool(file)
        _fill(ctx, spool, found, where)
        told = Manifest(
            log=keys[0].id, size=where.head.size, subject=found.subject, period=found.period,
            files=spool.digests,
        ).canonical  # fmt: skip
        spool.add(manifest.NAME, told)
        spool.add(manifest.SIGNATURE, manifest.signature(keys[0].id, told, signer))
        spool.zip(target)
    made = Made(
        subject=found.subject, digest=_digest(target), manifest=sha256(told).hexdigest(),
        size=where.head.size, records=len(where.records), bytes=target.tell(),
        name=_name(found.subject),
    )  # fmt: skip
    _record(ctx, made, found)
    return made


def gathered(ctx: Context, wanted: Wanted) -> Gathered:
    """What belongs to the pack that is wanted."""
    match wanted:
        case OfChange():
            return of_change.gather(ctx, wanted)
        case OfDevice():
            return of_device.gather(ctx, wanted)
        case OfUnit():
            return of_unit.gather(ctx, wanted)
        case OfClause():
            return of_clause.gather(ctx, wanted)


def _fill(ctx: Context, spool: Spool, found: Gathered, where: Places) -> None:
    """Every file but the manifest and its signature."""
    log, told, gone = chain(ctx.session)[0].id, Told(), Gone(left_out=found.left_out)
    spool.add_all(evidence.NAME, evidence.pieces(ctx, where, told))
    people, gone.erased, gone.unknown = identities.persons(ctx, told.identities)
    spool.add(identities.NAME, people)
    gone.plans = attachments.add_plans(ctx, spool, found.changes)
    gone.runs = executions.add_executions(ctx, spool, found.changes, where.records)
    gone.texts, gone.redactions = attachments.add_texts(ctx, spool, found.texts, where.records)
    gone.archived = archived(ctx, found.since)
    row_states.add_states(ctx, spool, found.changes, told.states)
    report = found.report.followed_by(
        *findings(ctx, where), timeline(ctx, where), missing(gone),
        proofs(log, where, evidence.anchors_of(ctx, where.head.size)),
    )  # fmt: skip
    spool.add("report.html", html.page(report))
    spool.add("report.pdf", pdf.document(report))
    spool.add("README.txt", readme(found.subject.label, log, where))
    spool.add(VERIFIER, program())


def _digest(target: IO[bytes]) -> str:
    target.seek(0)
    hashed = sha256()
    while piece := target.read(PIECE):
        hashed.update(piece)
    return hashed.hexdigest()


def _name(subject: Subject) -> str:
    """A file name of plain letters, whatever a label holds."""
    kind = subject.type.removesuffix("_request")
    label = subject.id if kind == "change" else subject.label
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in label)[:60]
    return f"trimtab-{kind}-{plain}.zip"


def _record(ctx: Context, made: Made, found: Gathered) -> None:
    ctx.record(
        "pack.made", Subject(type="evidence_pack", id=made.digest, label=made.subject.label),
        sha256=made.digest, manifest=made.manifest, size=made.size, records=made.records,
        about={"type": made.subject.type, "id": made.subject.id},
        period=found.period.document if found.period else None,
    )  # fmt: skip
