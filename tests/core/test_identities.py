"""Persons in records: by commitments that open to a name until it is erased."""

import json
from hashlib import sha256

import pytest
import rfc8785
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.audit import AuditRecord, Subject
from core.identities import PersonIdentity, identity_of, names_of
from core.records import list_records
from tests.acting import acting
from tests.factories import make_person, make_unit
from tests.statements import statements

ERASE = "UPDATE person_identity SET salt = NULL, username = NULL, name = NULL, erased_at = now()"
NOTHING = Subject(type="test", id="0", label="test")


@pytest.fixture
def erin(ctx):
    make_unit(ctx)
    return make_person(ctx, username="erin.example", name="Erin Example")


def identity(ctx, person):
    found = identity_of(ctx.session, person.id)
    return ctx.session.scalar(select(PersonIdentity).where(PersonIdentity.commitment == found))


def test_a_commitment_opens_to_name_and_username_with_its_salt(ctx, erin):
    row = identity(ctx, erin)
    opened = rfc8785.dumps({"name": "Erin Example", "username": "erin.example"})
    assert (len(row.salt), row.person_id, row.erased_at) == (32, erin.id, None)
    assert row.commitment == sha256(b"\x02" + row.salt + opened).digest()


def test_a_person_keeps_the_identity_until_the_name_changes(ctx, erin):
    first = identity_of(ctx.session, erin.id)
    ctx.session.info.clear()
    assert identity_of(ctx.session, erin.id) == first
    erin.name = "Erin Other"
    ctx.session.flush()
    ctx.session.info.clear()
    assert identity_of(ctx.session, erin.id) != first


def test_who_is_nobody_has_no_identity(ctx):
    assert identity_of(ctx.session, 4_711_000) is None


def test_an_identity_that_a_savepoint_took_back_is_made_anew(ctx, erin):
    savepoint = ctx.session.begin_nested()
    lost = identity_of(ctx.session, erin.id)
    savepoint.rollback()
    found = identity_of(ctx.session, erin.id)
    assert found != lost
    assert names_of(ctx.session, [lost, found]) == {found: "erin.example"}


def test_a_record_names_the_person_by_number_and_commitment_only(ctx, erin):
    record = acting(ctx, erin).record("test.done", NOTHING)
    told = json.loads(record.canonical)["actor"]
    assert told == {
        "kind": "person", "id": erin.id, "name": None,
        "identity": identity(ctx, erin).commitment.hex(),
    }  # fmt: skip
    assert b"erin" not in record.canonical.lower()
    assert (record.named, record.actor_name) == (None, "erin.example")


def erased(ctx, row):
    row.salt = row.username = row.name = None
    row.erased_at = ctx.now()
    ctx.session.flush()


def test_an_erased_person_is_called_by_the_commitment(ctx, erin):
    record = acting(ctx, erin).record("test.done", NOTHING)
    row = identity(ctx, erin)
    erased(ctx, row)
    assert record.actor_name == f"erased person {row.commitment.hex()[:8]}"
    [found] = list_records(ctx, actor=record.actor_name)
    assert found is record


def test_records_are_found_by_the_name_that_the_person_has(ctx, erin):
    mine = acting(ctx, erin).record("test.done", NOTHING)
    ctx.record("test.done", NOTHING)
    assert list_records(ctx, actor="erin.example") == [mine]
    assert list_records(ctx, actor="Erin Example") == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person_identity SET name = 'Mallory' WHERE id = :id",
        "UPDATE person_identity SET salt = NULL WHERE id = :id",
        f"{ERASE}, person_id = 0 WHERE id = :id",
        "DELETE FROM person_identity WHERE id = :id",
        "TRUNCATE person_identity",
    ],
)
def test_identities_are_erased_and_nothing_else(ctx, erin, statement):
    row = identity(ctx, erin)
    with pytest.raises(DBAPIError, match="only erased"):
        ctx.session.execute(text(statement), {"id": row.id} if ":id" in statement else {})


def test_what_is_erased_is_never_filled_again(ctx, erin):
    row = identity(ctx, erin)
    erased(ctx, row)
    again = "UPDATE person_identity SET name = 'x', erased_at = NULL WHERE id = :id"
    with pytest.raises(DBAPIError, match="only erased"):
        ctx.session.execute(text(again), {"id": row.id})


def test_a_person_without_an_identity_is_called_by_number():
    assert AuditRecord(action="test.done", actor_id=7, named=None).actor_name == "person 7"


def test_an_identity_is_looked_up_once_a_transaction_whatever_savepoints_end(ctx, erin):
    identity_of(ctx.session, erin.id)
    with statements(ctx) as sent:
        with ctx.session.begin_nested():
            pass
        identity_of(ctx.session, erin.id)
    assert [one for one in sent if "person_identity" in one] == []
