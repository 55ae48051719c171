"""Versions of what was approved of a device: found, and how they stand to a time. Approves none."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from core.context import Context
from core.errors import NotFound
from drift import baselines
from drift.models import Baseline, ExpectedFacts
from inventory import devices
from organization.models import Person

Standing = Literal["upcoming", "valid", "ended", "withdrawn"]


def numbered(ctx: Context, device_id: int, version: int) -> Baseline:
    """A version of the device's baseline, or NotFound. Needs `snapshot.read`."""
    for row in baselines.versions(ctx, device_id):
        if row.version == version:
            return row
    hostname = devices.get_device(ctx, device_id).hostname
    raise NotFound(f"{hostname} has no baseline {version}; the list of its baselines names all.")


def standing_at(row: Baseline, time: datetime) -> Standing:
    """Whether a version holds at this time, will, did, or never does."""
    if row.valid_until == row.valid_from:
        return "withdrawn"
    if row.valid_from > time:
        return "upcoming"
    return "valid" if row.valid_until is None or row.valid_until > time else "ended"


def approvers(ctx: Context, rows: Iterable[Baseline | ExpectedFacts]) -> Mapping[int | None, str]:
    """The usernames of those who approved these versions; who may read a version may read that."""
    wanted = {row.approved_by_id for row in rows} - {None}
    found = select(Person.id, Person.username).where(Person.id.in_(wanted))
    return {row.id: row.username for row in ctx.session.execute(found)}
