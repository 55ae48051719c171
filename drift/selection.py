"""Which devices a scan reaches. Reads only."""

from collections.abc import Sequence

from sqlalchemy import select

from core.context import Context
from core.errors import Conflict, NotFound
from inventory.devices import by_hostname
from inventory.models import Device, Site
from operations.routing import units_served
from organization.units import units_below


def select_devices(
    ctx: Context, *, permission: str, device_ids: Sequence[int] = (),
    hostnames: Sequence[str] = (), site: str | None = None, unit_id: int | None = None,
    queue: str | None = None,
) -> tuple[int, ...]:  # fmt: skip
    """Ids of the named devices, or of all active ones (of a site), in the jurisdictions.

    `unit_id` narrows to devices of that unit and those below, `queue` to those of that queue.
    Raises NotFound for a device or site that does not exist, Conflict for a retired device,
    NotPermitted for a named device outside the jurisdictions.
    """
    ctx.require(permission)
    units = ctx.units(permission)
    if unit_id is not None:
        units &= units_below(ctx, unit_id)
    if queue is not None:
        units = units_served(ctx, queue, units)
    if device_ids or hostnames:
        named = [ctx.get(Device, key) for key in device_ids]
        named += [by_hostname(ctx, name) for name in hostnames]
        for device in named:
            _require_usable(ctx, device, permission=permission)
        return tuple(device.id for device in named if device.governing_unit_id in units)
    rows = select(Device.id).join(Device.site).where(Device.owned_by(units))
    if site is not None:
        rows = rows.where(Device.site_id == _site(ctx, site))
    return tuple(
        ctx.session.scalars(rows.where(Device.state == "active").order_by(Device.hostname))
    )


def _require_usable(ctx: Context, device: Device, *, permission: str) -> None:
    ctx.require(permission, device)
    if device.state == "retired":
        raise Conflict(f"{device.hostname} is retired and is not spoken to any more.")


def _site(ctx: Context, code: str) -> int:
    site = ctx.session.scalar(select(Site.id).where(Site.code == code))
    if site is None:
        raise NotFound(f"There is no site {code}. `trimtab site list` shows all.")
    return site
