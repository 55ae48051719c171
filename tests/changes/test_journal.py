"""What Ansible tells is kept in order, whatever the database does meanwhile."""

import pytest
from sqlalchemy.exc import OperationalError

from changes import oversight
from changes.ansible import Told
from changes.journal import Journal


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
    for text in ("one", "two", "three"):
        journal.tell(told(text))
    with office.acting("auditor") as ctx:
        first = oversight.log(ctx, change.id, limit=1)[0].id
    assert kept(office, change, after=first, limit=1) == ["two"]
