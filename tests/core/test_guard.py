import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.errors import UnrecordedWrite
from core.verify import verify_records
from organization.models import Unit


def test_a_commit_without_an_audit_record_is_refused(ctx):
    ctx.add(Unit(code="x", name="X"))
    with pytest.raises(UnrecordedWrite, match="Unit"):
        ctx.commit()


def test_a_commit_with_its_record_passes_and_verifies(ctx):
    unit = ctx.add(Unit(code="x", name="X"))
    ctx.record("unit.created", unit, code="x")
    ctx.commit()
    assert verify_records(ctx.session).ok


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_record SET action = 'x'", "DELETE FROM audit_record", "TRUNCATE audit_record"],
)
def test_audit_records_are_insert_only(ctx, statement):
    unit = ctx.add(Unit(code="x", name="X"))
    ctx.record("unit.created", unit)
    with pytest.raises(DBAPIError, match="insert-only"):
        ctx.session.execute(text(statement))
