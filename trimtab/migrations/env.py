"""Alembic's environment: the connection comes from trimtab.schema."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from core.database import Base, UtcDateTime
from trimtab import schema  # noqa: F401 - imports all rooms' tables

connection = context.config.attributes["connection"]


def render(kind: str, value: Any, _autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=render,
    include_name=ours,
    compare_type=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
