"""What Ansible tells is kept in order, whatever the database does meanwhile."""

from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from changes import oversight
from changes.ansible import Told
from changes.journal import Journal, event_document
from changes.models import ExecutionEvent
from core.audit import AuditRecord
from core.database import GuardedSession
from inventory.drivers.telling import HeldFor
from inventory.drivers.transcript import Held


def told(text):
    return Told(kind="runner_on_ok", host="r1", task="Type", status="ok", text=text)


@pytest.fixture
def change(office):
    change = office.approved("r1")
    office.claimed(change)
    return change


def kept(office, change, **key):
    with office.acting("auditor") as ctx:
        return [one.text for one in oversight.log(ctx, change.id, **key)]


def test_each_thing_is_kept_as_it_comes(office, change):
    journal = Journal(runtime=office.runtime, run_id=office.runs(change)[0].id)
    journal.tell(told("one"))
    assert kept(office, change) == ["one"]
    journal.tell(told("two"))
    assert kept(office, change) == ["one", "two"]


def test_what_comes_while_the_database_is_away_waits_and_is_kept_in_order(office, change, away):
    journal = Journal(runtime=away, run_id=office.runs(change)[0].id)
    journal.tell(told("one"))
    office.clock.forward(seconds=5)
    journal.tell(told("two"))
    assert kept(office, change) == []
    journal.runtime = office.runtime
    journal.tell(told("three"))
    assert kept(office, change) == ["one", "two", "three"]
    assert journal.waiting == []


def test_an_end_that_cannot_be_written_is_an_error_and_loses_nothing(office, change, away):
    journal = Journal(runtime=away, run_id=office.runs(change)[0].id)
    journal.tell(told("one"))
    with pytest.raises(OperationalError):
        journal.flush()
    assert [one.text for _, one in journal.waiting] == ["one"]


def test_the_log_goes_on_from_the_last_one_seen(office, change):
    journal = Journal(runtime=office.runtime, run_id=office.runs(change)[0].id)
    for words in ("one", "two", "three"):
        journal.tell(told(words))
    with office.acting("auditor") as ctx:
        first = oversight.log(ctx, change.id, limit=1)[0].id
    assert kept(office, change, after=first, limit=1) == ["two"]


def records(office, action, run_id):
    with office.acting("arranger") as ctx:
        query = select(AuditRecord.facts).where(
            AuditRecord.action == action, AuditRecord.execution_id == run_id
        )
        return list(ctx.session.scalars(query.order_by(AuditRecord.id)))


def events(office, run_id):
    with office.acting("arranger") as ctx:
        query = select(ExecutionEvent).where(ExecutionEvent.run_id == run_id)
        return list(ctx.session.scalars(query.order_by(ExecutionEvent.id)))


def test_each_event_has_its_number_and_a_record_with_the_digest_of_its_line(office, change):
    run_id = office.runs(change)[0].id
    journal = Journal(runtime=office.runtime, run_id=run_id)
    for words in ("one", "two \u2028 \U0001f600"):
        journal.tell(told(words))
    rows = events(office, run_id)
    assert [one.number for one in rows] == [1, 2]
    assert records(office, "execution.event", run_id) == [
        {
            "number": one.number, "host": "r1", "kind": "runner_on_ok",
            "status": "ok", "sha256": sha256(event_document(one)).hexdigest(),
        }
        for one in rows
    ]  # fmt: skip


def test_the_line_of_an_event_is_canonical_json(office, change):
    run_id = office.runs(change)[0].id
    Journal(runtime=office.runtime, run_id=run_id).tell(told("said"))
    [row] = events(office, run_id)
    at = office.clock.at.isoformat(timespec="microseconds")
    assert event_document(row).decode() == (
        f'{{"at":"{at}","execution":{run_id},"host":"r1","kind":"runner_on_ok","number":1,'
        '"status":"ok","task":"Type","text":"said"}'
    )


def test_another_journal_of_the_run_goes_on_counting(office, change):
    run_id = office.runs(change)[0].id
    for words in ("one", "two"):
        Journal(runtime=office.runtime, run_id=run_id).tell(told(words))
    assert [one.number for one in events(office, run_id)] == [1, 2]


def test_a_commit_whose_answer_was_lost_is_not_written_twice(office, change, monkeypatch):
    run_id = office.runs(change)[0].id
    journal = Journal(runtime=office.runtime, run_id=run_id)
    journal.tell(told("one"))
    with monkeypatch.context() as patch:
        commit = GuardedSession.commit

        def lost(session):
            commit(session)
            raise OperationalError("COMMIT", {}, Exception("the server closed the connection"))

        patch.setattr(GuardedSession, "commit", lost)
        journal.tell(told("two"))
    assert len(journal.waiting) == 1
    journal.tell(told("three"))
    assert [(one.number, one.text) for one in events(office, run_id)] == [
        (1, "one"), (2, "two"), (3, "three"),
    ]  # fmt: skip
    assert len(records(office, "execution.event", run_id)) == 3
    journal.flush()
    assert journal.waiting == []


def test_what_a_task_typed_is_recorded_with_its_event_and_without_its_secrets(office, change):
    run_id, name = office.runs(change)[0].id, office.name("r1")
    at = office.clock.at
    session = HeldFor(
        hostname=name, platform="cisco_ios", driver="netmiko", purpose="push",
        held=Held(
            begun_at=at, ended_at=at,
            commands=("configure terminal", "snmp-server community in-clear RO", "end"),
        ),
    )  # fmt: skip
    Journal(runtime=office.runtime, run_id=run_id).tell(replace(told("typed"), sessions=(session,)))
    [facts] = records(office, "session.held", run_id)
    first, second, third = facts["commands"]
    assert (first, second[:30], third, facts["purpose"], facts["commands_count"]) == (
        "configure terminal", "snmp-server community <secret:", "end", "push", 3,
    )  # fmt: skip
    assert "in-clear" not in str(facts)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE execution_event SET text = 'other'", "DELETE FROM execution_event",
     "TRUNCATE execution_event"],
)  # fmt: skip
def test_events_are_insert_only(office, change, statement):
    Journal(runtime=office.runtime, run_id=office.runs(change)[0].id).tell(told("one"))
    with (
        office.runtime.engine.begin() as connection,
        pytest.raises(DBAPIError, match=r"insert-only|permission denied"),
    ):
        connection.execute(text(statement))
