"""Texts in and out of the database: keyframes, and deltas against them. Checks no permission.

Whoever hands out a digest has checked the permission on what it stands for.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core.context import Context
from core.errors import NotFound
from inventory.models import Device
from inventory.snapshot_models import Content, DeltaSet, Keyframe, RemovedText
from inventory.store import dictionaries
from inventory.store.deltas import hunks, packed, unpacked
from inventory.store.frames import Packed, compressed, uncompressed

EVERY = 10  # texts of one keyframe, its own among them
WORTH_IT = 0.5  # of a text's bytes: one that brings more of its own is a keyframe


class TextRemoved(NotFound):
    """The retention removed the text; its digest, times and origin are still known."""

    code = "text_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What a text is probably like: the device it comes from, and a text it showed before."""

    device: Device
    before: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A text as it is stored, and the keyframe it belongs to."""

    keyframe_id: int
    packed: Packed


def digest_of(text: str) -> bytes:
    """The name of a text: the SHA-256 of its UTF-8 form."""
    return hashlib.sha256(text.encode()).digest()


def put(ctx: Context, text: str, near: Near | None = None) -> bytes:
    """Keep a text under its digest; twice is once. One that had been removed is kept again."""
    digest = digest_of(text)
    kept = (  # held against a removal until the row that refers to it is there too
        select(Content.keyframe_id)
        .where(Content.digest == digest)
        .with_for_update(read=True, key_share=True)
    )
    if ctx.session.scalar(kept) is None:
        plain = text.encode()
        keyframe_id, place = _beside(ctx, plain, near) or (_keyframe(ctx, plain, near), 0)
        _name(ctx, digest, keyframe_id=keyframe_id, place=place)
    return digest


def _name(ctx: Context, digest: bytes, *, keyframe_id: int, place: int) -> None:
    """Say where the text is; of two writers of the same text the first one's word holds."""
    row = insert(Content).values(digest=digest, keyframe_id=keyframe_id, place=place)
    ctx.session.execute(
        row.on_conflict_do_update(
            index_elements=["digest"], where=Content.keyframe_id.is_(None),
            set_={"keyframe_id": row.excluded.keyframe_id, "place": row.excluded.place},
        )
    )  # fmt: skip
    ctx.session.execute(delete(RemovedText).where(RemovedText.digest == digest))


def _keyframe(ctx: Context, plain: bytes, near: Near | None) -> int:
    known = None if near is None else dictionaries.newest(ctx, near.device)
    body = compressed(plain, dictionary=known.body if known else None)
    return ctx.add(Keyframe(dictionary_id=known.id if known else None, body=body)).id


def _beside(ctx: Context, plain: bytes, near: Near | None) -> tuple[int, int] | None:
    """Keep the text as one more delta of the keyframe of the text before, where that has room.

    A keyframe that another writer holds is left alone: nobody waits, and nobody deadlocks.
    """
    before = near.before if near else None
    stored = None if before is None else _stored(ctx, [before]).get(before)
    if stored is None or not _held(ctx, stored.keyframe_id):
        return None
    row = ctx.session.get(DeltaSet, stored.keyframe_id, populate_existing=True)
    base, dictionary = stored.packed.base(), stored.packed.dictionary
    deltas = unpacked(uncompressed(row.body, dictionary=dictionary)) if row else {}
    told = hunks(base, plain)
    if len(deltas) + 1 >= EVERY or sum(len(one.text) for one in told) > WORTH_IT * len(plain):
        return None
    place = max(deltas, default=0) + 1
    body = compressed(packed(deltas | {place: told}), dictionary=dictionary)
    if row is None:
        ctx.add(DeltaSet(keyframe_id=stored.keyframe_id, body=body))
    else:
        row.body = body
        ctx.session.flush()
    return stored.keyframe_id, place


def _held(ctx: Context, keyframe_id: int) -> bool:
    locked = (
        select(Keyframe.id)
        .where(Keyframe.id == keyframe_id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return ctx.session.scalar(locked) is not None


def _stored(ctx: Context, digests: Collection[bytes]) -> dict[bytes, Stored]:
    rows = ctx.session.execute(
        select(
            Content.digest, Content.place, Keyframe.id, Keyframe.body, Keyframe.dictionary_id,
            DeltaSet.body.label("deltas"),
        )
        .join(Keyframe, Keyframe.id == Content.keyframe_id)
        .outerjoin(DeltaSet, (DeltaSet.keyframe_id == Keyframe.id) & (Content.place > 0))
        .where(Content.digest.in_(digests))
    ).all()  # fmt: skip
    known = dictionaries.bodies(ctx, {row.dictionary_id for row in rows})
    return {
        row.digest: Stored(
            keyframe_id=row.id,
            packed=Packed(row.body, known.get(row.dictionary_id), row.deltas, row.place),
        )
        for row in rows
    }


def packed_texts(ctx: Context, digests: Collection[bytes]) -> Mapping[bytes, Packed]:
    """These texts as they are stored, to be read here or by another process.

    Raises TextRemoved, or NotFound, for one that is not kept.
    """
    found = _stored(ctx, digests)
    for digest in digests:
        if digest not in found:
            raise _missing(ctx, digest)
    return {digest: one.packed for digest, one in found.items()}


def kept_texts(ctx: Context, digests: Collection[bytes]) -> Mapping[bytes, str]:
    """Those of these texts that are kept."""
    return {digest: one.packed.text() for digest, one in _stored(ctx, digests).items()}


def _missing(ctx: Context, digest: bytes) -> NotFound:
    name, gone = digest.hex()[:12], ctx.session.get(RemovedText, digest)
    if gone is None:
        return NotFound(f"No text is kept under {name}.", digest=digest.hex())
    return TextRemoved(
        f"The text {name} of {gone.size} bytes was removed on {gone.removed_at:%Y-%m-%d}: "
        f"{gone.reason}. When it was shown and by what it was changed is still known.",
        digest=digest.hex(),
    )
