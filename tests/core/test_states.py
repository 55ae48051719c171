"""States of rows in records: as the transaction found them and as it leaves them."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, text, update

from core.actor import Actor, Origin
from core.audit import Subject
from core.canonical import canonical
from core.context import Action
from core.database import Base
from core.states import _text, document
from operations.models import Event
from organization.models import ApiToken, Unit
from tests.factories import make_device, make_person, make_unit
from tests.statements import statements

WHO = Actor(name="test"), Origin(door="job")


def state(record):
    return json.loads(record.canonical)["state"]


def hashed(**columns):
    return hashlib.sha256(rfc8785.dumps(columns)).hexdigest()


def unit_hash(unit, **other):
    told = {"id": unit.id, "code": unit.code, "name": unit.name, "parent_id": unit.parent_id}
    return hashed(**(told | other))


@pytest.fixture
def unit(ctx):
    made = make_unit(ctx)
    ctx.commit()
    return made


def test_a_new_row_was_not_there_before(ctx):
    unit = ctx.add(Unit(code="new", name="New"))
    assert state(ctx.record("test.done", unit)) == {"before": None, "after": unit_hash(unit)}


def test_a_changed_row_has_both_states(ctx, unit):
    before, unit.name = unit_hash(unit), "Other"
    assert state(ctx.record("test.done", unit)) == {"before": before, "after": unit_hash(unit)}


def test_before_is_the_beginning_of_the_transaction_however_often_the_row_is_written(ctx, unit):
    before = unit_hash(unit)
    for name in ("first", "second"):
        unit.name = name
        ctx.session.flush()
    for _ in range(2):
        assert state(ctx.record("test.done", unit)) == {"before": before, "after": unit_hash(unit)}
    ctx.commit()
    same = unit_hash(unit)
    assert state(ctx.record("test.done", unit)) == {"before": same, "after": same}


def test_a_row_that_was_only_looked_at_stays_the_same(ctx, unit):
    assert state(ctx.record("test.done", unit)) == dict.fromkeys(
        ("before", "after"), unit_hash(unit)
    )


def test_a_row_that_is_gone_has_no_state_after(ctx, unit):
    before = unit_hash(unit)
    ctx.session.delete(unit)
    assert state(ctx.record("test.done", unit)) == {"before": before, "after": None}


def test_what_is_no_row_has_no_state(ctx):
    assert state(ctx.record("test.done", Subject(type="test", id="0", label="test"))) is None


def test_a_value_that_was_never_read_is_read_before_it_is_written(ctx, unit):
    before = unit_hash(unit)
    ctx.session.expire(unit)
    unit.name = "Other"
    assert state(ctx.record("test.done", unit)) == {
        "before": before, "after": unit_hash(unit, name="Other"),
    }  # fmt: skip


def test_a_row_that_another_transaction_changed_meanwhile_is_read_anew(runtime):
    with runtime.context(*WHO) as ctx, runtime.context(*WHO) as other:
        unit = ctx.add(Unit(code="x", name="old"))
        ctx.record("test.done", unit)
        ctx.commit()
        other.get(Unit, unit.id).name = "new"
        other.record("test.done", other.get(Unit, unit.id))
        other.commit()
        assert unit.name == "old"  # as this session remembers it
        now = unit_hash(unit, name="new")
        assert state(ctx.record("test.done", unit)) == {"before": now, "after": now}
        unit.code = "y"
        assert state(ctx.record("test.done", unit)) == {
            "before": now, "after": unit_hash(unit, name="new", code="y"),
        }  # fmt: skip


def test_a_row_read_anew_needs_no_other_look(runtime):
    with runtime.context(*WHO) as ctx:
        unit = ctx.add(Unit(code="x", name="old"))
        ctx.record("test.done", unit)
        ctx.commit()
        unit = ctx.get_locked(Unit, unit.id)
        before, unit.name = unit_hash(unit), "new"
        assert state(ctx.record("test.done", unit)) == {"before": before, "after": unit_hash(unit)}


def test_what_a_savepoint_took_back_was_never_there(ctx):
    savepoint = ctx.session.begin_nested()
    gone = Unit(id=4_700_000, code="gone", name="Gone")
    ctx.session.add(gone)
    ctx.session.flush()
    savepoint.rollback()
    ctx.session.execute(
        text("INSERT INTO unit (id, code, name) VALUES (4700000, 'other', 'Other')")
    )
    other = ctx.get(Unit, 4_700_000)
    before, other.name = unit_hash(other), "Now"
    assert state(ctx.record("test.done", other)) == {"before": before, "after": unit_hash(other)}


def test_what_a_savepoint_changed_back_is_as_it_was(ctx, unit):
    before = unit_hash(unit)
    savepoint = ctx.session.begin_nested()
    unit.name = "Other"
    ctx.session.flush()
    savepoint.rollback()
    assert state(ctx.record("test.done", unit)) == {"before": before, "after": before}


@pytest.mark.parametrize(
    "write",
    [
        lambda unit: update(Unit).where(Unit.id == unit.id).values(name="other"),
        lambda _: insert(Unit).values(code="y", name="Y"),
        lambda unit: delete(Unit).where(Unit.id == unit.id),
    ],
)
def test_a_row_of_a_table_that_a_statement_wrote_has_no_state(ctx, unit, write):
    ctx.session.execute(write(unit))
    assert state(ctx.record("test.done", unit)) is None
    ctx.commit()
    if ctx.session.get(Unit, unit.id, populate_existing=True) is not None:
        assert state(ctx.record("test.done", unit)) is not None


def test_many_subjects_of_one_statement_have_each_their_own(ctx):
    units = [make_unit(ctx) for _ in range(3)]
    ctx.commit()
    before = [unit_hash(one) for one in units]
    units[1].name = "Other"
    made = ctx.record_all(Action(action="test.done", subject=one, facts={}) for one in units)
    after = [unit_hash(one) for one in units]
    assert [state(one) for one in made] == [
        {"before": old, "after": new} for old, new in zip(before, after, strict=True)
    ]


def test_a_row_of_another_session_has_no_state(runtime, unit):
    with runtime.context(*WHO) as ctx:
        assert state(ctx.record("test.done", unit)) is None


def test_a_state_comes_out_again_from_what_the_database_holds(ctx):
    device = make_device(ctx, options={"b": [1, 2.5], "a": {"ä": None, "n": 1e21}})
    record = ctx.record("test.done", device)
    ctx.session.refresh(device)
    told = json.loads(document(device))
    assert hashlib.sha256(document(device)).hexdigest() == state(record)["after"]
    assert (told["options"]["b"], told["created_at"]) == (
        [1, 2.5], "2026-11-24T12:00:00.000000+00:00",
    )  # fmt: skip
    assert rfc8785.dumps(told) == document(device)


def test_names_of_persons_and_secrets_are_in_no_state(ctx):
    person = make_person(ctx, username="erin", name="Erin Example")
    person.email, person.password_hash = "erin@example.net", "hash"
    token = ctx.add(
        ApiToken(
            person_id=person.id, name="x", token_hash="secret", created_at=ctx.now(),
            expires_at=ctx.now(),
        )
    )  # fmt: skip
    assert set(json.loads(document(person))) == {"id", "active", "created_at"}
    assert "token_hash" not in json.loads(document(token))


def test_every_column_that_is_left_out_is_one():
    for mapper in Base.registry.mappers:
        names = {one.columns[0].name for one in mapper.column_attrs}
        assert mapper.class_.unstated <= names, mapper.class_


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, "true"), (None, "null"), (7, "7"), (2**60, f'"{2**60}"'), (b"\1\xff", '"01ff"'),
        (1.5, '"1.5"'), ("a\n\u20ac", '"a\\n\u20ac"'), (["a", 1], '["a",1]'), ((1,), "[1]"),
        ({"b": 1, "a": 2.0}, '{"a":2,"b":1}'), (UUID(int=1), f'"{UUID(int=1)}"'),
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=1))),
         '"2026-01-02T02:00:00.000000+00:00"'),
        (datetime(2026, 1, 2, microsecond=5, tzinfo=UTC), '"2026-01-02T00:00:00.000005+00:00"'),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_one_form(value, told):
    assert _text(value) == told


texts = st.text(max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(value=values)
def test_the_quick_writer_writes_what_the_library_writes(value):
    try:
        expected = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical(value)
    else:
        assert canonical(value) == expected


def test_what_a_new_row_was_not_given_is_null_without_a_look(ctx):
    device = make_device(ctx)
    event = ctx.add(
        Event(fingerprint="x", kind="drift", title="x", severity="info", device_id=device.id,
              first_at=ctx.now(), last_at=ctx.now())
    )  # fmt: skip
    ctx.record("test.done", device)
    with statements(ctx) as sent:
        record = ctx.record("test.done", event)
    assert [one for one in sent if not one.startswith("INSERT")] == []
    ctx.session.refresh(event)
    assert state(record) == {
        "before": None, "after": hashlib.sha256(document(event)).hexdigest(),
    }  # fmt: skip
