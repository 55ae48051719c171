"""zstd dictionaries per platform and jurisdiction, trained from what its devices showed.

A version is never changed and never removed: keyframes may need it for ever.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from core.context import Context
from inventory.models import Device, Site
from inventory.snapshot_models import Content, Keyframe, Snapshot, ZstdDictionary
from inventory.store.frames import SHELF, Packed, trained

ENOUGH = 32  # keyframes without which a first dictionary is not worth its own size
AGAIN = 10  # times as many keyframes as trained the last version make a next one
SAMPLES = 100  # texts that a version is trained from, the newest
SAMPLE_SIZE = 131_072  # bytes of each that the trainer looks at

_read: dict[tuple[str, int], bytes] = {}
"""By database and id the dictionaries that were read last."""


def newest(ctx: Context, device: Device) -> ZstdDictionary | None:
    """The dictionary for the device's next keyframe, None before there is one."""
    return ctx.session.scalar(
        select(ZstdDictionary)
        .where(
            ZstdDictionary.platform == device.platform,
            ZstdDictionary.unit_id == device.governing_unit_id,
        )
        .order_by(ZstdDictionary.version.desc())
        .limit(1)
    )


def bodies(ctx: Context, ids: Collection[int | None]) -> Mapping[int | None, bytes]:
    """The dictionaries of these ids; read once a process, for they never change."""
    database = str(ctx.session.get_bind().engine.url)
    found = {one: _read.get((database, one)) for one in ids if one is not None}
    missing = [one for one, body in found.items() if body is None]
    if missing:
        rows = select(ZstdDictionary.id, ZstdDictionary.body).where(ZstdDictionary.id.in_(missing))
        fresh = {row.id: row.body for row in ctx.session.execute(rows)}
        if len(_read) + len(fresh) > SHELF:
            _read.clear()
        _read.update({(database, one): body for one, body in fresh.items()})
        found |= fresh
    return {one: body for one, body in found.items() if body is not None}


def train(ctx: Context) -> int:
    """Train what is due: a first version, or a next one where far more texts are known now.

    Says how many were made. The caller records.
    """
    unit = func.coalesce(Device.unit_id, Site.unit_id).label("unit_id")
    counts = ctx.session.execute(
        select(Device.platform, unit, func.count(Content.keyframe_id.distinct()).label("keyframes"))
        .select_from(Snapshot)
        .join(Content, Content.digest == Snapshot.digest)
        .join(Device, Device.id == Snapshot.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(Content.place == 0, Snapshot.trusted)
        .group_by(Device.platform, unit)
    ).all()
    return sum(
        _train(ctx, platform=row.platform, unit_id=row.unit_id, keyframes=row.keyframes)
        for row in counts
    )


def _train(ctx: Context, *, platform: str, unit_id: int, keyframes: int) -> int:
    of = (ZstdDictionary.platform == platform, ZstdDictionary.unit_id == unit_id)
    version, before = ctx.session.execute(
        select(func.max(ZstdDictionary.version), func.max(ZstdDictionary.samples)).where(*of)
    ).one()
    if keyframes < max(ENOUGH, AGAIN * (before or 0)):
        return 0
    made = trained(_samples(ctx, platform=platform, unit_id=unit_id))
    if made is None:
        return 0
    ctx.add(
        ZstdDictionary(
            platform=platform, unit_id=unit_id, version=(version or 0) + 1, samples=keyframes,
            body=made, made_at=ctx.now(),
        )
    )  # fmt: skip
    return 1


def _samples(ctx: Context, *, platform: str, unit_id: int) -> Sequence[bytes]:
    """The newest keyframes of the platform in the unit, as plain text."""
    newest_of = (
        select(func.max(Snapshot.id).label("id"), Content.keyframe_id)
        .join(Content, Content.digest == Snapshot.digest)
        .join(Device, Device.id == Snapshot.device_id)
        .join(Site, Site.id == Device.site_id)
        .where(
            Content.place == 0, Snapshot.trusted, Device.platform == platform,
            Device.owned_by(frozenset({unit_id})),
        )
        .group_by(Content.keyframe_id)
        .order_by(func.max(Snapshot.id).desc())
        .limit(SAMPLES)
        .subquery()
    )  # fmt: skip
    rows = ctx.session.execute(
        select(Keyframe.body, Keyframe.dictionary_id)
        .join(newest_of, newest_of.c.keyframe_id == Keyframe.id)
        .order_by(newest_of.c.id)
    ).all()
    known = bodies(ctx, {row.dictionary_id for row in rows})
    return [
        Packed(row.body, known.get(row.dictionary_id), None, 0).base()[:SAMPLE_SIZE] for row in rows
    ]
