"""Audit records: their format, and that any alteration is found."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.actor import ActingFor, Actor, Origin, Work
from core.audit import AuditRecord, Circumstances, Subject, make_record
from core.evidence.breaks import Broken
from core.evidence.columns import faults as faults_of
from core.evidence.sealing import seal
from core.evidence.tree import leaf_hash
from core.records import inspect
from core.states import State
from tests.core.evidence.looks import likely
from tests.core.old_record import an_old_record

AT = datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC)
SUBJECT = Subject(type="unit", id="7", label="berlin")

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
facts = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)  # fmt: skip


POST = ActingFor(permission="unit.write", post_id=4, post="Büroleitung", unit_id=7, unit="b")
FACTS = {"code": "berlin", "count": 1, "sure": True}
BEFORE, AFTER = "0b" * 32, "0a" * 32


def a_record(action="unit.created", subject=SUBJECT, facts=FACTS, **values):
    told = {
        "actor": Actor(name="erin", person_id=3),
        "identity": b"\3" * 32,
        "acting_for": POST,
        "origin": Origin(door="rest", address="127.0.0.1", request_id="r-1"),
        "at": AT,
        "work": Work(change_id=12, execution_id=34),
    } | values
    state = State(before=BEFORE, after=AFTER)
    return make_record(action, subject, Circumstances(**told), facts=facts, state=state)


def faults(row):
    return list(faults_of(row))


def test_a_record_is_hashed_as_a_tree_leaf_over_canonical_json():
    row = a_record()
    expected = (
        '{"acting_for":{"permission":"unit.write","post":{"id":4,"title":"Büroleitung"},'
        '"unit":{"code":"b","id":7}},"action":"unit.created",'
        f'"actor":{{"id":3,"identity":"{"03" * 32}","kind":"person","name":null}},'
        '"change":12,"execution":34,"facts":{"code":"berlin","count":1,"sure":true},"format":2,'
        '"origin":{"address":"127.0.0.1","door":"rest","request_id":"r-1"},'
        f'"record_id":"{row.record_id}","recorded_at":"2026-11-24T12:00:00.000005+00:00",'
        f'"state":{{"after":"{AFTER}","before":"{BEFORE}"}},'
        '"subject":{"id":"7","label":"berlin","type":"unit"}}'
    ).encode()
    assert row.canonical == expected
    assert row.digest == hashlib.sha256(b"\0" + expected).digest()


def test_the_leaf_of_nothing_has_the_hash_of_the_certificate_transparency_vectors():
    assert leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )


def test_the_same_moment_elsewhere_is_the_same_record_time():
    there = a_record(at=AT.astimezone(timezone(timedelta(hours=9))))
    assert json.loads(there.canonical)["recorded_at"] == "2026-11-24T12:00:00.000005+00:00"
    assert faults(there) == []


def test_the_platform_acts_without_a_person():
    row = a_record(
        actor=Actor(name="trimtab scheduler"), identity=None, acting_for=None, work=Work()
    )
    told = json.loads(row.canonical)
    assert told["actor"] == {
        "id": None, "identity": None, "kind": "platform", "name": "trimtab scheduler",
    }  # fmt: skip
    assert (told["acting_for"], told["change"], told["execution"]) == (None, None, None)
    assert (faults(row), row.actor_name) == ([], "trimtab scheduler")


def test_a_record_of_format_1_is_sound_as_it_was_sealed():
    row = an_old_record()
    assert (faults(row), likely(row), row.actor_name) == ([], True, "erin")


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("actor_id", 4, "actor"), ("named", "Erin", "actor"), ("actor_identity", b"x", "actor"),
        ("change_id", 1, "change"), ("execution_id", 1, "execution"), ("action", "x.y", "action"),
    ],
)  # fmt: skip
def test_an_altered_column_of_format_1_is_found_and_named(column, value, named):
    row = an_old_record()
    setattr(row, column, value)
    assert (faults(row), likely(row)) == (
        [f"column {named} differs from the canonical record"], False,
    )  # fmt: skip


@pytest.mark.parametrize("number", [2**53, float("nan"), float("inf")])
def test_a_number_that_json_cannot_keep_is_refused(number):
    with pytest.raises(rfc8785.CanonicalizationError):
        a_record(facts={"number": number})


@given(told=facts)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_was_written_verifies_after_its_way_through_the_database(ctx, told):
    row = a_record(facts=told)
    stored = ctx.session.scalar(text("SELECT CAST(:j AS jsonb)"), {"j": json.dumps(told)})
    row.facts = stored
    assert faults(row) == []


@given(data=st.data(), told=facts)
def test_any_altered_byte_is_found(data, told):
    row = a_record(facts=told)
    name = data.draw(st.sampled_from(["canonical", "digest"]))
    there = bytearray(getattr(row, name))
    there[data.draw(st.integers(0, len(there) - 1))] ^= data.draw(st.integers(1, 255))
    setattr(row, name, bytes(there))
    assert faults(row) == ["digest does not match the canonical record"]


@given(old=facts, new=facts)
def test_any_other_facts_are_found(old, new):
    row = a_record(facts=old)
    row.facts = new
    differs = rfc8785.dumps(old) != rfc8785.dumps(new)
    assert bool(faults(row)) is differs


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("record_id", "00000000-0000-4000-8000-000000000000", "record_id"),
        ("recorded_at", AT + timedelta(microseconds=1), "recorded_at"),
        ("actor_id", 4, "actor"),
        ("actor_id", None, "actor"),
        ("named", "Erin", "actor"),
        ("actor_identity", b"\4" * 32, "actor"),
        ("actor_identity", None, "actor"),
        ("change_id", 13, "change"),
        ("change_id", None, "change"),
        ("execution_id", 35, "execution"),
        ("action", "unit.Created", "action"),
        ("subject_type", "post", "subject"),
        ("subject_id", "8", "subject"),
        ("subject_label", "Berlin", "subject"),
        ("facts", {"code": "berlin", "count": True, "sure": True}, "facts"),
        ("facts", {"code": "berlin", "count": 1, "sure": 1}, "facts"),
        ("facts", {"code": "berlin", "count": 10**400, "sure": True}, "facts"),
        ("facts", {}, "facts"),
    ],
)
def test_an_altered_column_is_found_and_named(column, value, named):
    row = a_record()
    setattr(row, column, value)
    assert faults(row) == [f"column {named} differs from the canonical record"]


def rewritten(**members):
    told = json.loads(a_record().canonical)
    return rfc8785.dumps({name: value for name, value in (told | members).items() if value != ()})


@pytest.mark.parametrize(
    "canonical",
    [
        b"no JSON",
        b"[]",
        b"{}",
        b"\xff",
        rewritten(origin=()),
        rewritten(more="said"),
        rewritten(format=1),
        rewritten(format=3),
        rewritten(format=True),
        rewritten(format="2"),
        rewritten(state=()),
        a_record().canonical + b" ",
        a_record().canonical.replace(b'"format":2', b'"format":2,"format":2'),
        a_record().canonical.replace(b'"count":1', b'"count":1.0'),
        a_record().canonical.replace(b'"count":1', b'"count":NaN'),
    ],
)
def test_bytes_that_are_no_record_are_found_even_with_a_fitting_digest(canonical):
    row = a_record()
    row.canonical, row.digest = canonical, leaf_hash(canonical)
    assert faults(row) == ["canonical record is not in the format of audit records"]


def test_a_record_rewritten_with_a_fitting_digest_contradicts_its_columns():
    row = a_record()
    row.canonical = row.canonical.replace(b"unit.created", b"unit.removed")
    row.digest = leaf_hash(row.canonical)
    assert faults(row) == ["column action differs from the canonical record"]


def test_verification_reads_the_database_and_not_the_memory(ctx):
    first, second = (ctx.record("test.done", SUBJECT, tried=(1, 2)) for _ in range(2))
    assert inspect(ctx).broken == ()
    alter = "UPDATE audit_record SET action = 'test.undone' WHERE id = :id"
    ctx.session.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
    ctx.session.execute(text(alter), {"id": second.id})
    what = "column action differs from the canonical record"
    found = inspect(ctx)
    assert (found.records, found.broken) == (2, (Broken(kind="altered", id=second.id, what=what),))
    assert (found.ok, first.action) == (False, "test.done")


@pytest.mark.parametrize(
    "altered", ["'{}'", "facts || '{\"tried\": [1, 3]}'", "facts || '{\"a\": 1}'"]
)
def test_altered_facts_are_found_in_the_database(ctx, altered):
    row = ctx.record("test.done", SUBJECT, tried=(1, 2), share=0.5, whole=2.0)
    seal(ctx)
    assert inspect(ctx).ok
    ctx.session.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
    alter = f"UPDATE audit_record SET facts = {altered} WHERE id = :id"  # noqa: S608
    ctx.session.execute(text(alter), {"id": row.id})
    [found] = inspect(ctx).broken
    assert (found.id, found.what) == (row.id, "column facts differs from the canonical record")


def test_bytes_that_are_no_json_are_found_with_all_that_stand_beside_them(ctx):
    first, second = (ctx.record("test.done", SUBJECT, number=number) for number in range(2))
    ctx.session.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
    broken = text("UPDATE audit_record SET canonical = :bytes, digest = :digest WHERE id = :id")
    said = {"bytes": b"\xff", "digest": leaf_hash(b"\xff"), "id": first.id}
    ctx.session.execute(broken, said)
    seal(ctx)
    alter = text("UPDATE audit_record SET action = 'test.undone' WHERE id = :id")
    ctx.session.execute(alter, {"id": second.id})
    assert [(one.id, one.what) for one in inspect(ctx).broken] == [
        (first.id, "canonical record is not in the format of audit records"),
        (second.id, "column action differs from the canonical record"),
    ]


def test_every_column_but_the_numbers_of_row_and_transaction_is_covered():
    told = {"canonical", "digest", "facts", "action", "record_id", "recorded_at"}
    looked_up = {
        "actor_id", "actor_name", "actor_identity", "subject_type", "subject_id", "subject_label",
        "change_id", "execution_id",
    }  # fmt: skip
    assert {column.name for column in AuditRecord.__table__.columns} - {"id", "xact"} == (
        told | looked_up
    )
