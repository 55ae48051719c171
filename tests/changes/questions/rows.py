"""A row of any table that lies in a unit, made from what its columns demand."""

from uuid import uuid4

from sqlalchemy.dialects.postgresql import JSONB

from core.database import Base
from inventory.models import Device
from organization.models import Person, Unit
from tests.factories import make_device, make_person, make_site

GIVEN = {
    "candidate": {"state": "found"}, "discovery_run": {"state": "queued"},
    "event": {"severity": "minor"}, "kept_answer": {"form": "csv", "problem": "refused"},
    "maintenance_plan": {"kind": "backup"}, "noise_mask": {"state": "proposed"},
    "saved_question": {"form": "csv"}, "snapshot": {"doubts": ()},
    "standard_change": {"state": "draft", "risk_ceiling": "low"},
    "worker_queue": {"if_away": "wait"},
}  # fmt: skip
"""What constraints and types ask for, by table and column."""
PLAIN = {str: lambda: uuid4().hex, int: lambda: 1, bool: lambda: False, float: lambda: 0.5,
         list: list, bytes: lambda: uuid4().bytes * 2}  # fmt: skip


def tables():
    """Every table whose rows say which unit they lie in, by its name."""
    classes = [one.class_ for one in Base.registry.mappers]
    return {one.__tablename__: one for one in classes if hasattr(one, "governing_unit_id")}


def row_in(ctx, table, unit):
    """A new row of the table whose governing unit is this one."""
    if table is Unit:
        return unit
    if table is Device:
        return make_device(ctx, site=make_site(ctx, unit=unit))
    if table is Person:
        return make_person(ctx)
    return ctx.add(table(**dict(_values(ctx, table, unit))))


def _values(ctx, table, unit):
    given = GIVEN.get(table.__tablename__, {})
    yield from given.items()
    for name, column in table.__mapper__.columns.items():
        if name == "unit_id":
            yield name, unit.id
        elif column.foreign_keys and (name == "device_id" or not column.nullable):
            [key] = column.foreign_keys
            yield name, getattr(row_in(ctx, _class(key.column.table), unit), key.column.name)
        elif name not in given and _is_demanded(column):
            yield name, _plain(ctx, column.type)


def _is_demanded(column):
    numbered = column.primary_key and column.type.python_type is int
    return not (numbered or column.nullable or column.default or column.server_default)


def _plain(ctx, kind):
    if isinstance(kind, JSONB):
        return {}
    made = PLAIN.get(kind.python_type)
    return made() if made else ctx.now()  # the platform's own type of times


def _class(table):
    return next(one.class_ for one in Base.registry.mappers if one.local_table is table)
