"""Search all current configurations for a literal text or a regular expression. Reads only."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Row, Select, func, select

from core.context import Context
from inventory.models import Device, Site
from inventory.snapshot_models import Content, DeltaSet, Keyframe, Snapshot
from inventory.store import dictionaries
from inventory.store.frames import Packed
from inventory.store.patterns import How, Place, expression, places
from organization.units import by_code, units_below

SECONDS = 10.0  # that a search may take
MOST = 1000  # hits that a search may have
BATCH = 500

Current: TypeAlias = Row[int, str, str, str, int, int, bytes, int | None, bytes]
Query: TypeAlias = Select[int, str, str, str, int, int, bytes, int | None, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which devices' configurations are searched; None: all that the person may read."""

    platform: str | None = None
    site: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line that fits, and whose it is."""

    device_id: int
    hostname: str
    site: str
    platform: str
    snapshot_id: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in how many configurations; `ended` by looking at all, or by a limit."""

    hits: tuple[Hit, ...]
    searched: int
    ended: Literal["all", "hits", "time"]


def search(
    ctx: Context, pattern: str, *,
    how: How = "literal", where: Where | None = None, limit: int = 200, seconds: float = SECONDS,
) -> Found:  # fmt: skip
    """The lines of the last trusted running configurations in which the pattern is found.

    Devices in the order of their names. Needs `snapshot.read`; what lies in other jurisdictions is
    not searched. Raises InvalidInput for a pattern that cannot be searched for, and for a unit that
    is not there.
    """
    ctx.require("snapshot.read")
    wanted, until = expression(pattern, how=how), time.monotonic() + seconds
    hits, searched, limit = list[Hit](), 0, min(limit, MOST)
    for whose, packed in _current(ctx, where or Where()):
        found = places(packed.plain(), wanted, most=limit + 1 - len(hits))
        searched += 1
        hits += (_hit(whose, one) for one in found)
        if len(hits) > limit:
            return Found(hits=tuple(hits[:limit]), searched=searched, ended="hits")
        if time.monotonic() > until:
            return Found(hits=tuple(hits), searched=searched, ended="time")
    return Found(hits=tuple(hits), searched=searched, ended="all")


def _hit(whose: Current, place: Place) -> Hit:
    return Hit(
        device_id=whose.device_id, hostname=whose.hostname, site=whose.site,
        platform=whose.platform, snapshot_id=whose.snapshot_id, place=place,
    )  # fmt: skip


def _current(ctx: Context, where: Where) -> Iterator[tuple[Current, Packed]]:
    """Each device's row with its current text as it is stored, some hundred at a time."""
    known: dict[int | None, bytes] = {}
    rows = ctx.session.execute(_query(ctx, where).execution_options(yield_per=BATCH))
    for batch in rows.partitions():
        missing = {row.dictionary_id for row in batch} - known.keys()
        known |= dictionaries.bodies(ctx, missing)
        for row in batch:
            yield row, Packed(row.body, known.get(row.dictionary_id), row.deltas, row.place)


def _query(ctx: Context, where: Where) -> Query:
    latest = (
        select(Snapshot.id)
        .where(Snapshot.device_id == Device.id, Snapshot.source == "running", Snapshot.trusted)
        .order_by(Snapshot.id.desc())
        .limit(1)
        .correlate(Device)
        .scalar_subquery()
    )
    query = (
        select(
            Device.id.label("device_id"), Device.hostname, Site.code.label("site"),
            Device.platform, Snapshot.id.label("snapshot_id"), Content.place, Keyframe.body,
            Keyframe.dictionary_id, DeltaSet.body.label("deltas"),
        )
        .join(Site, Site.id == Device.site_id)
        .join(Snapshot, Snapshot.id == latest)
        .join(Content, Content.digest == Snapshot.digest)
        .join(Keyframe, Keyframe.id == Content.keyframe_id)
        .outerjoin(DeltaSet, (DeltaSet.keyframe_id == Keyframe.id) & (Content.place > 0))
        .where(Device.owned_by(ctx.units("snapshot.read")), Device.state != "retired")
        .order_by(Device.hostname)
    )  # fmt: skip
    if where.platform is not None:
        query = query.where(Device.platform == where.platform)
    if where.site is not None:
        query = query.where(Site.code == where.site)
    if where.unit is not None:
        below = units_below(ctx, by_code(ctx, where.unit).id)
        query = query.where(func.coalesce(Device.unit_id, Site.unit_id).in_(below))
    return query
