"""What devices showed before redaction, encrypted: kept for restores, revealed on the record only.

The key is derived from the installation's key file and never in the database.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from core.context import Context
from core.errors import InvalidInput, NotFound
from core.secrets import NONCE_BYTES, SecretUnavailable, installation_key, previous_key
from inventory.models import Device
from inventory.original_models import Original
from inventory.snapshot_models import Snapshot
from inventory.store.frames import LARGE, LARGE_LEVEL

PURPOSE = "originals"
LEVEL = 9  # zstd, as for the redacted texts
KEY_ID_BYTES = 8
BATCH = 500  # rows of a renewal held in memory


class OriginalUnavailable(SecretUnavailable):
    """The original is there and does not open: another key, or an altered row."""

    code = "original_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a device showed, and the digest of its redacted text."""

    device_id: int
    digest: bytes
    text: str


def keep(ctx: Context, device: Device, *, digest: bytes, text: str) -> None:
    """As `keep_all`, of one."""
    keep_all(ctx, [Shown(device_id=device.id, digest=digest, text=text)])


def keep_all(ctx: Context, shown: Sequence[Shown]) -> None:
    """Keep originals beside the redacted texts named by the digests; twice is once.

    The caller records and keeps none whose redacted text is the same.
    """
    pairs = tuple_(Original.device_id, Original.digest)
    asked = [(one.device_id, one.digest) for one in shown]
    found = select(Original.device_id, Original.digest).where(pairs.in_(asked))
    known = {(row.device_id, row.digest) for row in ctx.session.execute(found)} if asked else set()
    rows = [_sealed(ctx, one) for one in shown if (one.device_id, one.digest) not in known]
    if rows:
        ctx.session.execute(insert(Original).on_conflict_do_nothing(), rows)


def _sealed(ctx: Context, shown: Shown) -> dict[str, object]:
    """The row of an original."""
    plain = shown.text.encode()
    level = LARGE_LEVEL if len(plain) > LARGE else LEVEL
    body = zstandard.ZstdCompressor(level=level).compress(plain)
    key = installation_key(ctx, PURPOSE)
    nonce = os.urandom(NONCE_BYTES)
    return {
        "device_id": shown.device_id, "digest": shown.digest, "key_id": _key_id(key),
        "nonce": nonce, "size": len(plain), "created_at": ctx.now(),
        "ciphertext": AESGCM(key).encrypt(nonce, body, _bound(shown.device_id, shown.digest)),
    }  # fmt: skip


def reveal(ctx: Context, snapshot_id: int, *, reason: str, line: int | None = None) -> str:
    """The snapshot's text with its secrets, or one line of it, counted from 1.

    Needs `snapshot.reveal` and a reason. The record is committed before the text is given out.
    Raises NotFound where no original is kept, OriginalUnavailable where it does not open.
    """
    snapshot = ctx.get(Snapshot, snapshot_id)
    ctx.require("snapshot.reveal", snapshot)
    if not reason.strip():
        raise InvalidInput("Say why the secrets have to be seen; the reason is recorded.")
    text = original_of(ctx, snapshot)
    given = text if line is None else _line(text, line, snapshot)
    ctx.record(
        "snapshot.revealed", snapshot, reason=reason, line=line, digest=snapshot.digest.hex()
    )
    ctx.commit()
    return given


def original_of(ctx: Context, snapshot: Snapshot) -> str:
    """For restores: the text with its secrets. Whoever calls has checked what is allowed."""
    row = _row(ctx, snapshot)
    if row is None:
        raise NotFound(
            f"No original of snapshot {snapshot.id} is kept: its text held no secret, it is not "
            "trusted, or it is older than the keeping of originals.",
            snapshot_id=snapshot.id,
        )
    return _opened(ctx, row).decode()


def is_kept(ctx: Context, snapshot: Snapshot) -> bool:
    """Whether there is something to reveal."""
    return _row(ctx, snapshot) is not None


def renew(ctx: Context) -> int:
    """Encrypt again under the present key what stands under another; how many. Records nothing.

    Raises OriginalUnavailable, and changes none, when the key of one is neither here nor
    the previous one.
    """
    key = installation_key(ctx, PURPOSE)
    others = select(Original).where(Original.key_id != _key_id(key)).order_by(Original.id)
    renewed = 0
    while rows := list(ctx.session.scalars(others.limit(BATCH))):
        for row in rows:
            body = _decrypted(ctx, row)
            row.nonce, row.key_id = os.urandom(NONCE_BYTES), _key_id(key)
            row.ciphertext = AESGCM(key).encrypt(row.nonce, body, _bound(row.device_id, row.digest))
        ctx.session.flush()
        for row in rows:
            ctx.session.expunge(row)
        renewed += len(rows)
    return renewed


def _row(ctx: Context, snapshot: Snapshot) -> Original | None:
    if not snapshot.trusted:
        return None
    return ctx.session.scalar(
        select(Original).where(
            Original.device_id == snapshot.device_id, Original.digest == snapshot.digest
        )
    )


def _opened(ctx: Context, row: Original) -> bytes:
    return zstandard.ZstdDecompressor().decompress(_decrypted(ctx, row), max_output_size=row.size)


def _decrypted(ctx: Context, row: Original) -> bytes:
    keys = {
        _key_id(key): key
        for key in (installation_key(ctx, PURPOSE), previous_key(ctx, PURPOSE))
        if key is not None
    }
    if row.key_id not in keys:
        raise OriginalUnavailable(
            f"The original of {row.label} was encrypted with the key {row.key_id}; "
            f"{ctx.settings.key_path} gives {' and '.join(keys)}. Bring the right key file back.",
            key_id=row.key_id,
        )
    try:
        bound = _bound(row.device_id, row.digest)
        return AESGCM(keys[row.key_id]).decrypt(row.nonce, row.ciphertext, bound)
    except (InvalidTag, ValueError) as error:  # ValueError: too short to be a ciphertext
        raise OriginalUnavailable(
            f"The original of {row.label} was altered in the database: it does not open with the "
            "key that it names. Take it from a backup of the database.",
            key_id=row.key_id,
        ) from error


def _bound(device_id: int, digest: bytes) -> bytes:
    """What is authenticated with the ciphertext."""
    return b"trimtab original 1\0" + str(device_id).encode() + b"\0" + digest


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).digest()[:KEY_ID_BYTES].hex()


def _line(text: str, line: int, snapshot: Snapshot) -> str:
    lines = text.split("\n")[:-1]
    if not 1 <= line <= len(lines):
        raise InvalidInput(
            f"Snapshot {snapshot.id} has the lines 1 to {len(lines)}; there is no line {line}."
        )
    return f"{lines[line - 1]}\n"
