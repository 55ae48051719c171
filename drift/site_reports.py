"""Sites as people see them: how many devices, when last reached, and whether cut off. Reads only.

A scan that met too many unreachable devices at a site left the rest of it alone: the site was cut.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Row, func, select

from core.context import Context
from drift.scan_models import Scan
from inventory.models import Device, Site

SCANS = 200  # of the newest that are looked at for cuts
REACHED = ("changed", "unchanged", "untrusted")
"""Outcomes of a collection in which the device answered and was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The newest scan that cut the site: `failed` of `devices` failed, so `left` were left.

    `still`: since that scan began, no device of the site was reached.
    """

    scan_id: int
    at: datetime
    failed: int
    devices: int
    left: int
    still: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFigures:
    """Of the active devices of a site that the person may read; times are None before the first."""

    devices: int
    failing: int
    attempted_at: datetime | None
    reached_at: datetime | None
    cut: Cut | None


def of_sites(ctx: Context, sites: Collection[Site]) -> Mapping[int, SiteFigures]:
    """The figures of sites by their ids. Cuts are told to who may read scans (`drift.read`)."""
    counted = _counted(ctx, [one.id for one in sites])
    scans = _cutting(ctx) if ctx.units("drift.read") else ()
    return {one.id: _figures(one, counted.get(one.id), scans) for one in sites}


Counted = Row[int, int, int, datetime | None, datetime | None]


def _counted(ctx: Context, site_ids: Collection[int]) -> Mapping[int, Counted]:
    reached = Device.outcome.in_(REACHED)
    rows = ctx.session.execute(
        select(
            Device.site_id, func.count().label("devices"),
            func.count().filter(Device.outcome.is_not(None), ~reached).label("failing"),
            func.max(Device.attempted_at).label("attempted_at"),
            func.max(Device.attempted_at).filter(reached).label("reached_at"),
        )
        .join(Site)
        .where(Device.site_id.in_(site_ids), Device.state == "active")
        .where(Device.owned_by(ctx.units("device.read")))
        .group_by(Device.site_id)
    )  # fmt: skip
    return {row.site_id: row for row in rows}


def _cutting(ctx: Context) -> Sequence[Scan]:
    """The scans of late that cut any site, the newest first."""
    newest = select(Scan.id).order_by(Scan.id.desc()).limit(SCANS)
    found = ctx.session.scalars(
        select(Scan).where(Scan.id.in_(newest), Scan.cut != {}).order_by(Scan.id.desc())
    )
    return found.all()


def _figures(site: Site, counted: Counted | None, scans: Sequence[Scan]) -> SiteFigures:
    if counted is None:
        return SiteFigures(devices=0, failing=0, attempted_at=None, reached_at=None, cut=None)
    return SiteFigures(
        devices=counted.devices, failing=counted.failing, attempted_at=counted.attempted_at,
        reached_at=counted.reached_at, cut=_cut(site.code, counted.reached_at, scans),
    )  # fmt: skip


def _cut(code: str, reached_at: datetime | None, scans: Sequence[Scan]) -> Cut | None:
    for scan in scans:
        if code in scan.cut:
            failed, devices, left = cast("tuple[int, int, int]", scan.cut[code])
            still = reached_at is None or reached_at < scan.started_at
            return Cut(scan_id=scan.id, at=scan.started_at, failed=failed, devices=devices,
                       left=left, still=still)  # fmt: skip
    return None
