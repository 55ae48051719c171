"""The quick look at records: what it lets pass needs no other one."""

from datetime import timedelta

import pytest
from hypothesis import given
from sqlalchemy import text

from core.actor import Actor, Work
from core.audit import Subject
from core.evidence.sealing import seal
from core.evidence.tree import leaf_hash
from core.records import inspect
from tests.core.evidence.looks import likely
from tests.core.old_record import an_old_record
from tests.core.test_audit import AFTER, AT, SUBJECT, a_record, facts, texts


@given(told=facts, name=texts)
def test_a_usual_record_needs_no_close_look(told, name):
    nobody = {"identity": None, "acting_for": None, "work": Work()}
    assert likely(a_record(facts=told))
    assert likely(a_record(facts=told, actor=Actor(name=name), **nobody))
    assert likely(a_record(facts=told, subject=Subject(type="unit", id=name, label=name)))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("record_id", "00000000-0000-4000-8000-000000000000"),
        ("recorded_at", AT + timedelta(microseconds=1)),
        ("actor_id", 4),
        ("actor_id", None),
        ("named", "Erin"),
        ("actor_identity", b"\4" * 32),
        ("actor_identity", None),
        ("change_id", None),
        ("execution_id", 35),
        ("action", "unit.Created"),
        ("subject_type", "post"),
        ("subject_id", "8"),
        ("subject_label", "Berlin"),
    ],
)
def test_the_quick_look_lets_no_altered_column_pass(column, value):
    row = a_record()
    setattr(row, column, value)
    assert not likely(row)


@pytest.mark.parametrize(
    "canonical",
    [
        a_record().canonical.replace(b'"format":2', b'"format":1'),
        a_record().canonical.replace(b'"door":"rest"', b'"door":"rest","more":1'),
        a_record().canonical.replace(b'"door":"rest",', b""),
        a_record().canonical.replace(b'"127.0.0.1"', b'"127.0.0.1'),
        a_record().canonical.replace(b'"id":4,"title"', b'"id":4,"id":4,"title"'),
        a_record().canonical.replace(AFTER.encode(), AFTER.upper().encode()),
        a_record().canonical.replace(b'"before"', b'"first"'),
        a_record().canonical + b" ",
        b"",
    ],
)
def test_the_quick_look_lets_no_other_form_pass(canonical):
    row = a_record()
    row.canonical = canonical.replace(str(a_record().record_id).encode(), b"")
    assert not likely(row)


def test_the_quick_look_knows_records_of_format_1():
    row = an_old_record()
    assert likely(row)
    row.change_id = 7
    assert not likely(row)


@pytest.mark.parametrize(
    "told",
    [
        '{"a":1},"format":2,"origin":{"address":null},"facts":{"a":2}',
        '{"a":1},"facts":{"a":2}',
        '{"a":1},"format":2,"origin":{"address":null,"door":"cli","request_id":null},"z":{"a":1}',
    ],
)
def test_bytes_that_tell_facts_twice_are_found_whatever_the_column_says(ctx, told):
    """Whoever writes a record past the platform, and has it sealed, does not deceive anybody."""
    ctx.session.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
    row = ctx.record("test.done", SUBJECT, a=1)
    twice = row.canonical.replace(b'{"a":1}', told.encode())
    for column in ('{"a": 1}', '{"a": 2}'):
        ctx.session.execute(
            text("UPDATE audit_record SET canonical = :told, digest = :digest,"
                 " facts = CAST(:facts AS jsonb) WHERE id = :id"),
            {"told": twice, "digest": leaf_hash(twice), "facts": column, "id": row.id},
        )  # fmt: skip
        seal(ctx)
        assert [one.id for one in inspect(ctx).broken] == [row.id]
