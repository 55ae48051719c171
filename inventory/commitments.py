"""Commitments to what redaction hides: told with each collection, opened on the record only.

Records tell the commitment; the hidden parts' leaves are kept beside the text, never a salt. The
key of the salts is derived from the one of the marks, which outlives rotations: the same original
gives the same commitment for ever.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound
from core.secrets import KEY_BYTES, installation_key
from inventory import originals, snapshots
from inventory.captures import Capture
from inventory.hidden_parts import LEAF_BYTES, Redaction, committed, hidden_parts, leaf, salt
from inventory.original_models import RedactionCommitment
from inventory.report_models import DeviceReport
from inventory.snapshot_models import Snapshot

PURPOSE = b"commitments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A text that a device showed: before redaction, and the redacted one that `read` gives.

    `known` tells that the very same was worked out before.
    """

    device_id: int
    digest: bytes
    original: str = field(repr=False)
    read: Callable[[], str] = field(repr=False)
    known: bool

    @classmethod
    def of(cls, device_id: int, capture: Capture, before: DeviceReport | None) -> Self:
        """A running configuration; it is known where its seal is the one of the last time."""
        last = None if before is None else before.running_seal
        return cls(
            device_id=device_id, digest=capture.digest, original=capture.original,
            read=capture.read, known=capture.seal is not None and capture.seal == last,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A hidden part in clear, and the salt with which anybody computes its leaf."""

    index: int
    salt: bytes
    secret: str


def tell_all(ctx: Context, shown: Sequence[Shown]) -> dict[int, bytes | None]:
    """By device the commitment to what it showed, kept; None where the texts do not fit.

    For a text that is known nothing is worked out where the device has one commitment to it.
    """
    known = [one for one in shown if one.known]
    held = _held(ctx, {one.digest for one in known}, {one.device_id for one in known})
    told = dict[int, bytes | None]()
    made = list[tuple[Shown, Redaction]]()
    for one in shown:
        kept = held.get((one.device_id, one.digest), ())
        redaction = kept[0] if len(kept) == 1 else _made(ctx, one)
        told[one.device_id] = redaction.commitment if redaction else None
        if redaction and len(kept) != 1:
            made.append((one, redaction))
    _keep(ctx, made)
    return told


def redaction_of(
    ctx: Context, digest: bytes, *, commitment: bytes | None = None
) -> Redaction | None:
    """The commitment to a text of that digest, and its leaves; None where none is kept.

    Name the commitment that a record tells: a device can show a text with another's marks in it,
    and then the digest has two. Whoever hands it out has checked the permission on the text.
    """
    rows = select(RedactionCommitment).where(RedactionCommitment.digest == digest)
    if commitment is not None:
        rows = rows.where(RedactionCommitment.commitment == commitment)
    row = ctx.session.scalars(rows.order_by(RedactionCommitment.commitment).limit(1)).first()
    return None if row is None else _redaction(row)


def redactions_of(
    ctx: Context, digests: Collection[bytes]
) -> Mapping[bytes, tuple[Redaction, ...]]:
    """The same for many texts with one statement: by digest all commitments that are kept."""
    found: dict[bytes, tuple[Redaction, ...]] = {}
    rows = select(RedactionCommitment).where(RedactionCommitment.digest.in_(digests))
    for row in ctx.session.scalars(rows.order_by(RedactionCommitment.commitment)):
        found[row.digest] = (*found.get(row.digest, ()), _redaction(row))
    return found


def open_secret(ctx: Context, snapshot_id: int, index: int, *, reason: str) -> Opened:
    """The hidden part of that number, counted from 1, with its salt, for somebody to check.

    Needs `snapshot.reveal` and a reason; the record is committed before anything is given out.
    Raises NotFound where no original or no such part is kept, Conflict where the commitment that
    was told is another one.
    """
    snapshot = ctx.get(Snapshot, snapshot_id)
    ctx.require("snapshot.reveal", snapshot)
    if not reason.strip():
        raise InvalidInput("Say why the secret has to be opened; the reason is recorded.")
    opened = _opened(ctx, snapshot, index)
    ctx.record(
        "snapshot.secret_opened", snapshot, reason=reason, index=index,
        digest=snapshot.digest.hex(),
    )  # fmt: skip
    ctx.commit()
    return opened


def _opened(ctx: Context, snapshot: Snapshot, index: int) -> Opened:
    original = originals.original_of(ctx, snapshot)
    redacted, key = snapshots.text_of(ctx, snapshot.digest), _key(ctx)
    hidden = hidden_parts(original, redacted, key=installation_key(ctx, "redaction")) or ()
    if not 1 <= index <= len(hidden):
        raise NotFound(
            f"Snapshot {snapshot.id} hides {len(hidden)} parts; there is no part {index}."
        )
    secret = hidden[index - 1]
    salted = salt(key, digest=snapshot.digest, number=index, secret=secret)
    told = committed(redacted, hidden, digest=snapshot.digest, key=key)
    kept = redaction_of(ctx, snapshot.digest, commitment=told.commitment)
    if kept is None or kept.secrets[index - 1] != leaf(salted, secret):
        raise Conflict(
            f"No commitment to the original of snapshot {snapshot.id} is kept. Collect the device "
            "again: each collection keeps the commitment to what it brought."
        )
    return Opened(index=index, salt=salted, secret=secret)


def _made(ctx: Context, shown: Shown) -> Redaction | None:
    redacted = shown.read()
    hidden = hidden_parts(shown.original, redacted, key=installation_key(ctx, "redaction"))
    if hidden is None:
        return None
    return committed(redacted, hidden, digest=shown.digest, key=_key(ctx))


def _keep(ctx: Context, made: Sequence[tuple[Shown, Redaction]]) -> None:
    rows = [
        {
            "device_id": shown.device_id, "commitment": one.commitment, "digest": shown.digest,
            "secrets": b"".join(one.secrets),
        }
        for shown, one in made
    ]  # fmt: skip
    if rows:
        ctx.session.execute(insert(RedactionCommitment).on_conflict_do_nothing(), rows)


def _held(
    ctx: Context, digests: Collection[bytes], device_ids: Collection[int]
) -> Mapping[tuple[int, bytes], tuple[Redaction, ...]]:
    """By device and digest the commitments that are kept."""
    found: dict[tuple[int, bytes], tuple[Redaction, ...]] = {}
    if not digests:
        return found
    rows = select(RedactionCommitment).where(
        RedactionCommitment.digest.in_(digests), RedactionCommitment.device_id.in_(device_ids)
    )
    for row in ctx.session.scalars(rows):
        key = (row.device_id, row.digest)
        found[key] = (*found.get(key, ()), _redaction(row))
    return found


def _redaction(row: RedactionCommitment) -> Redaction:
    together = row.secrets
    leaves = (together[at : at + LEAF_BYTES] for at in range(0, len(together), LEAF_BYTES))
    return Redaction(commitment=row.commitment, secrets=tuple(leaves))


def _key(ctx: Context) -> bytes:
    """The key of the salts."""
    return _derived(installation_key(ctx, "redaction"))


@lru_cache(maxsize=8)
def _derived(marks: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(marks)
