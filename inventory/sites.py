"""Sites: places with devices, each in the jurisdiction of one unit."""

from sqlalchemy import func, select

from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound
from inventory.models import Device, Site
from organization.models import Unit

MOST_SESSIONS = 1000


def create_site(ctx: Context, *, code: str, name: str, unit: Unit) -> Site:
    """A new site of the unit; Conflict when the code is taken."""
    ctx.require("device.write", unit)
    code = code.strip()
    if not code or code.split() != [code]:
        raise InvalidInput(f"{code!r} is no site code: use one word.", field="code")
    if find_site(ctx, code) is not None:
        raise Conflict(f"There is a site {code} already.", code=code)
    site = ctx.add(Site(code=code, name=name.strip() or code, unit_id=unit.id))
    ctx.record("site.created", site, name=site.name, unit=unit.code)
    return site


def limit_sessions(ctx: Context, site_id: int, most: int | None) -> Site:
    """How many devices of a site are collected at a time; None: as the settings say.

    Needs `device.write` on the site; raises InvalidInput below one session.
    """
    site = ctx.get_locked(Site, site_id)
    ctx.require("device.write", site)
    if most is not None and not 1 <= most <= MOST_SESSIONS:
        raise InvalidInput(
            f"{site.code} cannot be collected with {most} sessions at a time: use 1 to "
            f"{MOST_SESSIONS}, or none for what the settings say.",
            field="max_sessions",
        )
    before, site.max_sessions = site.max_sessions, most
    ctx.record("site.sessions_limited", site, before=before, after=most)
    return site


def set_jump(ctx: Context, site_id: int, hostname: str | None) -> Site:
    """Reach the site's devices through a device of the CMDB whose key is pinned; None ends it.

    A device's own option `jump` goes before it. Needs `device.write` on the site and
    `device.collect` on the jump host.
    """
    site = ctx.get_locked(Site, site_id)
    ctx.require("device.write", site)
    host = None
    if hostname is not None:
        host = ctx.session.scalar(
            select(Device).where(func.lower(Device.hostname) == hostname.lower())
        )
        if host is None:
            raise NotFound(f"There is no device {hostname} to jump from.", name=hostname)
        ctx.require("device.collect", host)
    before, site.jump = site.jump, host.hostname if host else None
    ctx.record("site.jump_set", site, before=before, after=site.jump)
    return site


def list_sites(ctx: Context) -> list[Site]:
    """The sites whose devices the person may read, by code."""
    units = ctx.units("device.read")
    return list(
        ctx.session.scalars(select(Site).where(Site.unit_id.in_(units)).order_by(Site.code))
    )


def site_by_code(ctx: Context, code: str) -> Site:
    site = find_site(ctx, code)
    if site is None:
        raise NotFound(f"There is no site {code}; `trimtab site add` makes one.", code=code)
    return site


def find_site(ctx: Context, code: str) -> Site | None:
    return ctx.session.scalar(select(Site).where(Site.code == code))
