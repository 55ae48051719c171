"""Texts in and out of the database: keyframes, and deltas against them. Checks no permission.

Whoever hands out a digest has checked the permission on what it stands for.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core.context import Context
from core.errors import NotFound
from inventory.models import Device
from inventory.snapshot_models import Content, DeltaSet, Keyframe, RemovedText, ZstdDictionary
from inventory.store import dictionaries
from inventory.store.deltas import hunks, packed, unpacked
from inventory.store.frames import LARGE, Packed, compressed, size_of, uncompressed

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
class New:
    """A text to be kept, which `read` gives where it is not kept yet."""

    digest: bytes
    read: Callable[[], str]
    near: Near | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A text as it is stored, and the keyframe it belongs to."""

    keyframe_id: int
    packed: Packed


def digest_of(text: str) -> bytes:
    """The name of a text: the SHA-256 of its UTF-8 form."""
    return hashlib.sha256(text.encode()).digest()


def put_all(ctx: Context, new: Sequence[New]) -> None:
    """Keep texts under their digests; twice is once. One that had been removed is kept again."""
    wanted = {one.digest: one for one in new}
    kept = (  # held against a removal until the rows that refer to them are there too
        select(Content.digest, Content.keyframe_id)
        .where(Content.digest.in_(wanted))
        .order_by(Content.digest)
        .with_for_update(read=True, key_share=True)
    )
    held = ctx.session.execute(kept).all() if wanted else []
    there = {row.digest for row in held if row.keyframe_id is not None}
    _keep(ctx, [wanted[digest] for digest in sorted(wanted) if digest not in there])


def _keep(ctx: Context, new: Sequence[New]) -> None:
    """Keep texts that are not there: deltas one by one, all keyframes with one statement."""
    known: dict[tuple[str, int | None], ZstdDictionary | None] = {}
    places, keyframes = list[dict[str, object]](), dict[bytes, Keyframe]()
    for one in new:
        plain = one.read().encode()
        if beside := _beside(ctx, plain, one.near):
            places.append({"digest": one.digest, "keyframe_id": beside[0], "place": beside[1]})
        else:
            keyframes[one.digest] = _keyframe(plain, _dictionary(ctx, one.near, known))
    ctx.session.add_all(keyframes.values())
    ctx.session.flush()
    places += (
        {"digest": digest, "keyframe_id": row.id, "place": 0} for digest, row in keyframes.items()
    )
    if places:
        _name(ctx, sorted(places, key=itemgetter("digest")))


def _name(ctx: Context, places: Sequence[dict[str, object]]) -> None:
    """Say where the texts are; of two writers of the same text the first one's word holds."""
    row = insert(Content)
    ctx.session.execute(
        row.on_conflict_do_update(
            index_elements=["digest"], where=Content.keyframe_id.is_(None),
            set_={"keyframe_id": row.excluded.keyframe_id, "place": row.excluded.place},
        ),
        places,
    )  # fmt: skip
    digests = [one["digest"] for one in places]
    ctx.session.execute(delete(RemovedText).where(RemovedText.digest.in_(digests)))


def _keyframe(plain: bytes, known: ZstdDictionary | None) -> Keyframe:
    body = compressed(plain, dictionary=known.body if known else None)
    return Keyframe(dictionary_id=known.id if known else None, body=body)


def _dictionary(
    ctx: Context, near: Near | None, known: dict[tuple[str, int | None], ZstdDictionary | None]
) -> ZstdDictionary | None:
    """The newest dictionary of the platform and unit, read once for many texts."""
    if near is None:
        return None
    key = near.device.platform, near.device.governing_unit_id
    if key not in known:
        known[key] = dictionaries.newest(ctx, near.device)
    return known[key]


def _beside(ctx: Context, plain: bytes, near: Near | None) -> tuple[int, int] | None:
    """Keep the text as one more delta of the keyframe of the text before, where that has room.

    A keyframe that another writer holds is left alone: nobody waits, and nobody deadlocks.
    """
    before = near.before if near else None
    stored = None if before is None else _stored(ctx, [before]).get(before)
    if stored is None or _dwarfs(stored.packed, plain) or not _held(ctx, stored.keyframe_id):
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


def _dwarfs(base: Packed, plain: bytes) -> bool:
    """Whether the keyframe is so large that a small text is better off by itself."""
    size = size_of(base.keyframe)
    return size > LARGE and len(plain) < WORTH_IT * size


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
