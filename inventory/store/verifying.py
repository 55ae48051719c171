"""Read every text that is kept and compare it with its name. Changes nothing."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import zstandard
from sqlalchemy import select

from core.context import Context
from inventory.snapshot_models import Content
from inventory.store.frames import Packed
from inventory.store.texts import packed_texts

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """How many texts were read, and the digests of those that are not what their name says."""

    texts: int
    broken: tuple[str, ...]


def verify(ctx: Context) -> Verified:
    """Check every text against its SHA-256; only digests are told.

    Needs `audit.read` in any unit, as for verifying the audit records.
    """
    ctx.require("audit.read")
    texts, broken = 0, list[str]()
    for digests in _kept(ctx):
        for digest, packed in packed_texts(ctx, digests).items():
            texts += 1
            if not _sound(digest, packed):
                broken.append(digest.hex())
    return Verified(texts=texts, broken=tuple(broken))


def _sound(digest: bytes, packed: Packed) -> bool:
    try:
        return hashlib.sha256(packed.plain()).digest() == digest
    except (zstandard.ZstdError, KeyError, IndexError, ValueError):
        return False


def _kept(ctx: Context) -> Iterator[list[bytes]]:
    last = b""
    while True:
        digests = ctx.session.scalars(
            select(Content.digest)
            .where(Content.keyframe_id.is_not(None), Content.digest > last)
            .order_by(Content.digest)
            .limit(BATCH)
        ).all()
        if not digests:
            return
        yield list(digests)
        last = digests[-1]
