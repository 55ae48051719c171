"""Sites: places with devices, each in the jurisdiction of one unit."""

from sqlalchemy import select

from core.context import Context
from core.errors import Conflict, InvalidInput, NotFound
from inventory.models import Site
from organization.models import Unit


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
