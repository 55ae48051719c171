"""The guard: no business rows without an audit record in the same transaction."""

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from core.actor import Actor, Origin
from core.audit import Subject
from core.errors import UnrecordedWrite
from core.records import inspect
from organization.models import Unit, WebSession
from tests.factories import make_person, make_unit

NOTHING = Subject(type="test", id="0", label="test")


@pytest.fixture
def unit(ctx):
    made = make_unit(ctx)
    ctx.commit()
    return made


def test_a_commit_without_an_audit_record_is_refused(ctx):
    ctx.add(Unit(code="x", name="X"))
    with pytest.raises(UnrecordedWrite, match="Unit"):
        ctx.commit()


def test_a_commit_with_its_record_passes_and_verifies(ctx):
    unit = ctx.add(Unit(code="x", name="X"))
    ctx.record("unit.created", unit, code="x")
    ctx.commit()
    assert inspect(ctx).ok


def test_a_refused_commit_leaves_nothing(runtime):
    who = (Actor(name="test"), Origin(door="job"))
    with pytest.raises(UnrecordedWrite), runtime.context(*who) as ctx:
        ctx.add(Unit(code="x", name="X"))
    with runtime.context(*who) as ctx:
        assert ctx.session.query(Unit).count() == 0


@pytest.mark.parametrize(
    "write",
    [
        lambda _, unit: setattr(unit, "name", "other"),
        lambda ctx, unit: ctx.session.delete(unit),
        lambda ctx, _: ctx.session.execute(insert(Unit).values(code="x", name="X")),
        lambda ctx, _: ctx.session.execute(update(Unit).values(name="Y")),
        lambda ctx, unit: ctx.session.execute(delete(Unit).where(Unit.id == unit.id)),
        lambda ctx, _: ctx.session.execute(insert(Unit.__table__).values(code="x", name="X")),
        lambda ctx, _: ctx.session.execute(update(Unit.__table__).values(name="Y")),
    ],
    ids=["change", "delete", "insert", "update", "bulk delete", "table insert", "table update"],
)
def test_every_way_to_write_needs_a_record(ctx, unit, write):
    write(ctx, unit)
    with pytest.raises(UnrecordedWrite, match="Unit"):
        ctx.commit()


def test_setting_what_is_there_already_is_no_write(ctx, unit):
    unit.name = str(unit.name)
    ctx.commit()


def test_machinery_needs_no_record(ctx):
    person = make_person(ctx)
    ctx.commit()
    row = WebSession(
        token_hash="x", person_id=person.id, csrf_token="y", created_at=ctx.now(),
        expires_at=ctx.now(),
    )  # fmt: skip
    ctx.add(row)
    ctx.commit()
    assert ctx.session.get(WebSession, "x") is row


def test_a_record_of_one_transaction_does_not_cover_the_next(ctx, unit):
    ctx.record("test.done", unit)
    ctx.commit()
    unit.name = "other"
    with pytest.raises(UnrecordedWrite):
        ctx.commit()


def test_a_record_that_a_savepoint_took_back_covers_nothing(ctx, unit):
    savepoint = ctx.session.begin_nested()
    ctx.record("test.done", unit)
    savepoint.rollback()
    unit.name = "other"
    with pytest.raises(UnrecordedWrite):
        ctx.commit()


def test_a_savepoint_may_end_before_its_record_is_written(ctx, unit):
    with ctx.session.begin_nested():
        unit.name = "other"
    ctx.record("test.done", unit)
    ctx.commit()


def test_what_a_rollback_took_back_needs_no_record(ctx, unit):
    unit.name = "other"
    ctx.session.flush()
    ctx.session.rollback()
    ctx.commit()
    assert unit.name == "Operations"


def test_a_record_without_a_row_is_fine(ctx):
    ctx.record("test.looked", NOTHING)
    ctx.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET action = 'x'",
        "UPDATE audit_record SET digest = digest WHERE id = (SELECT max(id) FROM audit_record)",
        "DELETE FROM audit_record",
        "TRUNCATE audit_record",
        "TRUNCATE audit_record CASCADE",
        """INSERT INTO audit_record SELECT * FROM audit_record
           ON CONFLICT (record_id) DO UPDATE SET action = 'x'""",
        """MERGE INTO audit_record old USING audit_record new ON old.id = new.id
           WHEN MATCHED THEN DELETE""",
    ],
)
def test_audit_records_are_insert_only(ctx, statement):
    unit = ctx.add(Unit(code="x", name="X"))
    ctx.record("unit.created", unit)
    owner = "SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'audit_record'"
    assert ctx.session.scalar(text(owner))  # not even its owner
    with pytest.raises(DBAPIError, match="insert-only"):
        ctx.session.execute(text(statement))
