"""Which devices a scan asks, in which order, and how many of a site at a time. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from core.audit import Fact
from core.context import Context
from inventory.collecting.throttle import Throttle, Wanted
from inventory.models import Device, Site

PRIORITY = "priority"
"""A device's option: a number; the higher, the sooner. Without it: 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Devices that may be asked now, and those that rest after failures."""

    now: tuple[int, ...]
    resting: tuple[int, ...]


def due(ctx: Context, device_ids: Sequence[int]) -> Due:
    """Which of the devices a schedule asks; a person's own wish asks all of them."""
    rows = select(Device.id).where(
        Device.id.in_(device_ids),
        or_(Device.rests_until.is_(None), Device.rests_until <= ctx.now()),
    )
    ready = set(ctx.session.scalars(rows))
    return Due(
        now=tuple(one for one in device_ids if one in ready),
        resting=tuple(one for one in device_ids if one not in ready),
    )


def throttle(ctx: Context, device_ids: Sequence[int]) -> Throttle:
    """What hands the devices out: the most urgent first, then those not asked for longest."""
    rows = ctx.session.execute(
        select(Device.id, Device.options, Site.code, Site.max_sessions)
        .join(Site, Site.id == Device.site_id)
        .where(Device.id.in_(device_ids))
        .order_by(Device.attempted_at.asc().nulls_first(), Device.id)
    ).all()
    made = Throttle(
        ctx.settings.site_sessions,
        {row.code: row.max_sessions for row in rows if row.max_sessions is not None},
    )
    made.add(
        [Wanted(device_id=row.id, site=row.code, priority=_priority(row.options)) for row in rows]
    )
    return made


def _priority(options: Mapping[str, Fact]) -> int:
    value = options.get(PRIORITY, 0)
    return value if isinstance(value, int) else 0
