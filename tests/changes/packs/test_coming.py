"""What is said of a pack of a change of which somebody is yet to be told."""

import pytest

from changes import notices
from changes.models import ChangeRequest
from changes.packs.coming import coming
from changes.packs.model import OfChange, OfDevice
from changes.states import State
from tests.changes.emergency.conftest import duty
from tests.changes.packs.opened import pack, ran

__all__ = ["duty"]


@pytest.fixture
def still(office):
    """What is said to the auditor who makes a pack of the change."""

    def said(change):
        with office.acting("auditor") as ctx:
            return coming(ctx, OfChange(change_id=change.id))

    return said


def tell(office, change):
    """As the reaper does, of this change alone."""
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        notices.note(ctx, row, notices.notes_of(ctx, row))
        for grant in row.grants:
            notices.note(ctx, row, list(notices.reviews_due(ctx, grant)))


def words(change):
    return (
        f"Notices about C{change.id} are still being sent; a pack made after them will be another "
        "one."
    )


def test_it_is_said_until_the_record_of_the_notices_is_there(office, still):
    change = ran(office, "r1")
    said, first = still(change), pack(office, OfChange(change_id=change.id))
    tell(office, change)
    later = pack(office, OfChange(change_id=change.id))
    assert (said, still(change)) == (words(change), "")
    assert later.actions == [*first.actions, "change.told"]
    assert pack(office, OfChange(change_id=change.id)).content == later.content


def test_of_what_waits_for_votes_it_is_said_until_each_voter_is_told(office, still):
    change = office.requested("r1")
    assert still(change) == words(change)
    tell(office, change)
    assert still(change) == ""


def test_nothing_is_awaited_of_what_is_approved_or_ended_long_ago(office, still):
    waiting, ended = office.approved("r1"), ran(office, "r2")
    office.clock.forward(days=1, seconds=1)
    assert (still(waiting), still(ended)) == ("", "")


def test_reviewers_of_a_broken_glass_are_awaited_too(office, duty, still):
    change = duty.requested()
    duty.broken(change)
    tell(office, change)
    assert still(change) == ""
    office.clock.forward(minutes=31)
    assert still(change) == words(change)
    tell(office, change)
    assert still(change) == ""


def test_an_interrupted_change_is_told_of_as_such(office, still):
    change = office.approved("r1")
    held = office.claimed(change)
    assert office.touching(held, "r1")
    assert office.finished(held, State.INTERRUPTED)
    assert still(change) == words(change)


def test_of_other_packs_and_of_no_change_nothing_is_said(office):
    assert office.requested("r1")
    with office.acting("auditor") as ctx:
        assert coming(ctx, OfDevice(hostname=office.name("r1"))) == ""
        assert coming(ctx, OfChange(change_id=2147483647)) == ""


def test_the_answer_over_rest_says_so_in_a_header(office, rest):
    change = ran(office, "r1")
    path = f"/packs/change/{change.id}"
    assert rest("auditor", "post", path).headers["trimtab-pack-coming"] == words(change)
    tell(office, change)
    assert "trimtab-pack-coming" not in rest("auditor", "post", path).headers
