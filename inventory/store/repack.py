"""Take texts out of the store and keep the others of their keyframes. Decides nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, exists, select, update

from core.context import Context
from inventory.snapshot_models import Content, DeltaSet, Keyframe, RemovedText
from inventory.store import dictionaries
from inventory.store.deltas import hunks, packed
from inventory.store.frames import Packed, compressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The texts of one keyframe that are named by a digest, and its dictionary."""

    keyframe_id: int
    dictionary_id: int | None
    dictionary: bytes | None
    texts: Mapping[bytes, bytes]


def take_out(ctx: Context, digests: Collection[bytes], *, reason: str) -> int:
    """Remove these texts, leave a `RemovedText` for each, and say how many were there."""
    wanted = select(Content.keyframe_id).where(Content.digest.in_(digests)).distinct()
    removed = 0
    for keyframe_id in ctx.session.scalars(wanted).all():
        series = None if keyframe_id is None else _locked(ctx, keyframe_id)
        if series is not None:
            gone = {one: plain for one, plain in series.texts.items() if one in digests}
            _rewrite(ctx, series, gone)
            for digest, plain in gone.items():
                ctx.session.add(
                    RemovedText(digest=digest, size=len(plain), removed_at=ctx.now(), reason=reason)
                )
            removed += len(gone)
    ctx.session.flush()
    return removed


def sweep(ctx: Context) -> int:
    """Remove keyframes that name no text: of two writers of one text, the second leaves one."""
    unnamed = ~exists().where(Content.keyframe_id == Keyframe.id)
    ids = ctx.session.scalars(select(Keyframe.id).where(unnamed)).all()
    _drop(ctx, ids)
    return len(ids)


def _locked(ctx: Context, keyframe_id: int) -> Series | None:
    """The keyframe's texts, held against other writers; None where it went away meanwhile."""
    held = select(Keyframe).where(Keyframe.id == keyframe_id).with_for_update()
    keyframe = ctx.session.scalar(held.execution_options(populate_existing=True))
    if keyframe is None:
        return None
    deltas = select(DeltaSet.body).where(DeltaSet.keyframe_id == keyframe_id)
    body = ctx.session.scalar(deltas)
    dictionary = dictionaries.bodies(ctx, {keyframe.dictionary_id}).get(keyframe.dictionary_id)
    rows = select(Content.digest, Content.place).where(Content.keyframe_id == keyframe_id)
    return Series(
        keyframe_id=keyframe_id, dictionary_id=keyframe.dictionary_id, dictionary=dictionary,
        texts={
            row.digest: Packed(keyframe.body, dictionary, body, row.place).plain()
            for row in ctx.session.execute(rows.order_by(Content.place))
        },
    )  # fmt: skip


def _rewrite(ctx: Context, series: Series, gone: Collection[bytes]) -> None:
    """Keep what stays under a new keyframe, the first of it, and drop the old one."""
    kept = [(digest, plain) for digest, plain in series.texts.items() if digest not in gone]
    new = _kept(ctx, series, [plain for _, plain in kept]) if kept else None
    for place, (digest, _) in enumerate(kept):
        _point(ctx, digest, new, place)
    for digest in gone:
        _point(ctx, digest, None, 0)
    _drop(ctx, [series.keyframe_id])


def _kept(ctx: Context, series: Series, plain: list[bytes]) -> int:
    body = compressed(plain[0], dictionary=series.dictionary)
    keyframe = ctx.add(Keyframe(dictionary_id=series.dictionary_id, body=body))
    deltas = {place: hunks(plain[0], one) for place, one in enumerate(plain) if place}
    if deltas:
        body = compressed(packed(deltas), dictionary=series.dictionary)
        ctx.add(DeltaSet(keyframe_id=keyframe.id, body=body))
    return keyframe.id


def _point(ctx: Context, digest: bytes, keyframe_id: int | None, place: int) -> None:
    row = update(Content).where(Content.digest == digest)
    ctx.session.execute(row.values(keyframe_id=keyframe_id, place=place))


def _drop(ctx: Context, keyframe_ids: Collection[int]) -> None:
    ctx.session.execute(delete(DeltaSet).where(DeltaSet.keyframe_id.in_(keyframe_ids)))
    ctx.session.execute(delete(Keyframe).where(Keyframe.id.in_(keyframe_ids)))
