"""Witness another Trimtab's log: countersign its heads as long as each continues the one before.

The first head of a log is taken as it comes; from then on nothing of what it covers can be
rewritten without this witness refusing. Knows heads only, never a record.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.audit import Subject
from core.context import Context
from core.errors import InvalidInput
from core.evidence.documents import SignedHead
from core.evidence.errors import WitnessRefused
from core.evidence.keys import chain, ensure_key, signer_of
from core.evidence.models import Head, Key, Witnessed
from core.evidence.signatures import is_chained, is_sound
from core.evidence.statements import WitnessStatement
from core.evidence.tree import roots_of_consistency

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('witness'), hashtext(:log))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A head with its log's keys, and the path from the tree that the witness saw last."""

    keys: Sequence[Key]
    head: SignedHead
    seen: int
    path: Sequence[bytes]


def last_seen(ctx: Context, log: str) -> Witnessed | None:
    """The newest head of that log that was countersigned here; needs `audit.witness`."""
    ctx.require("audit.witness")
    return _last(ctx.session, log)


def witness(ctx: Context, offer: Offer) -> Witnessed:
    """Countersign a head, or say why not; needs `audit.witness`.

    Raises InvalidInput for a head that its log's key did not sign, WitnessRefused with the `size`
    that was seen last when the head does not continue that one.
    """
    ctx.require("audit.witness")
    told = offer.head.statement
    if not _is_signed(offer):
        raise InvalidInput(f"The head of {told.size} records is not signed by its log's keys.")
    ctx.session.execute(_LOCK, {"log": told.log})
    last = _last(ctx.session, told.log)
    if last and last.size == told.size and last.root == told.root:
        return last
    if last and not _continues(offer, last):
        raise WitnessRefused(
            f"The head of {told.size} records is not proven to continue the one of {last.size} "
            "that was countersigned here: the log was rewritten, or the proof begins elsewhere.",
            size=last.size, log=told.log,
        )  # fmt: skip
    return _countersigned(ctx, offer.head)


def statement_of_witnessed(row: Witnessed, *, witness: str) -> WitnessStatement:
    return WitnessStatement(
        log=row.log, size=row.size, root=row.root, witness=witness, key_id=row.key_id,
        witnessed_at=row.witnessed_at,
    )  # fmt: skip


def _last(session: Session, log: str) -> Witnessed | None:
    rows = select(Witnessed).where(Witnessed.log == log).order_by(Witnessed.size.desc()).limit(1)
    return session.scalar(rows.execution_options(populate_existing=True))


def _is_signed(offer: Offer) -> bool:
    told, keys = offer.head.statement, offer.keys
    if not keys or keys[0].id != told.log:
        return False
    pairs = zip([None, *keys[:-1]], keys, strict=True)
    if not all(
        is_chained(key, before, number, log=told.log)
        for number, (before, key) in enumerate(pairs, start=1)
    ):
        return False
    head = Head(
        size=told.size, previous=told.previous, root=told.root, sealed_at=told.sealed_at,
        key_id=told.key_id, signature=offer.head.signature,
    )  # fmt: skip
    return is_sound(head, keys)


def _continues(offer: Offer, last: Witnessed) -> bool:
    told = offer.head.statement
    if offer.seen != last.size or told.size <= last.size:
        return False
    roots = roots_of_consistency(last.size, told.size, last.root, offer.path)
    return roots == (last.root, told.root)


def _countersigned(ctx: Context, head: SignedHead) -> Witnessed:
    key, told = ensure_key(ctx), head.statement
    row = Witnessed(
        log=told.log, size=told.size, root=told.root, witnessed_at=ctx.now(), key_id=key.id
    )
    name = chain(ctx.session)[0].id
    statement = statement_of_witnessed(row, witness=name).canonical
    row.signature = signer_of(ctx.settings, key).sign(statement)
    ctx.add(row)
    subject = Subject(type="audit_log", id=told.log, label=told.log[:16])
    ctx.record("audit.witnessed", subject, size=told.size, root=told.root.hex())
    return row
