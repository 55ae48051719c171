"""Units in a tree. A unit's jurisdiction is its sites and those of the units below it."""

from sqlalchemy import select

from core.context import Context
from core.errors import Conflict, InvalidInput
from organization.models import Unit


def create_unit(ctx: Context, *, code: str, name: str, parent_code: str | None = None) -> Unit:
    """Add a unit below another one; needs `organization.write` there (in a root for a new root)."""
    parent = by_code(ctx, parent_code) if parent_code else None
    unit = Unit(code=code, name=name, parent_id=parent.id if parent else None)
    ctx.require("organization.write", parent or unit)
    if not code.strip() or code != code.strip() or not name.strip():
        raise InvalidInput("A unit needs a name and a code without spaces around it.")
    if ctx.session.scalar(select(Unit.id).where(Unit.code == code)):
        raise Conflict(f"There is a unit {code} already.", code=code)
    ctx.add(unit)
    ctx.record("unit.created", unit, code=code, name=name, parent=parent_code)
    return unit


def by_code(ctx: Context, code: str) -> Unit:
    unit = ctx.session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise InvalidInput(f"There is no unit {code}; `trimtab unit list` shows them.", code=code)
    return unit


def list_units(ctx: Context) -> list[Unit]:
    """All units the acting person may read."""
    seen = ctx.units("organization.read")
    return list(ctx.session.scalars(select(Unit).where(Unit.id.in_(seen)).order_by(Unit.code)))


def units_below(ctx: Context, unit_id: int) -> frozenset[int]:
    """The unit and all below it."""
    units = select(Unit.id).where(Unit.id == unit_id).cte("units", recursive=True)
    units = units.union(select(Unit.id).where(Unit.parent_id == units.c.id))
    return frozenset(ctx.session.scalars(select(units.c.id)))
