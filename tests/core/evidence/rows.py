"""Records to seal, and a hand that alters the log as the owner of the database could."""

from sqlalchemy import text

from core.audit import Subject
from core.context import Action
from core.evidence.sealing import seal

SUBJECT = Subject(type="test", id="0", label="of the log")
TABLES = (
    "audit_record", "audit_leaf", "audit_node", "audit_head", "audit_key", "audit_anchor",
    "audit_witnessed",
)  # fmt: skip


def write(ctx, number, *, first=0):
    """So many records; returns them."""
    return ctx.record_all(
        Action(action="test.done", subject=SUBJECT, facts={"number": first + one})
        for one in range(number)
    )


def grow(ctx, *batches):
    """Records sealed batch by batch: a head each. The first holds the key's own record as well."""
    for number in batches:
        write(ctx, number)
        assert seal(ctx) is not None


def unguarded(ctx):
    """Take the triggers off, as an owner may."""
    for table in TABLES:
        ctx.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def sql(ctx, statement, **values):
    return ctx.session.execute(text(statement), values)
