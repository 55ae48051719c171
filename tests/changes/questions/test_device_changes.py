"""Every change on a device with its approvals."""

import pytest

from changes.approvals import reject
from core.errors import NotPermitted
from tests.changes.questions.asked import answer as ask
from tests.changes.questions.asked import column


def answer(office, **more):
    return ask(office, "device", device=office.name("r1"), **more)


def test_a_devices_changes_come_newest_first_with_their_votes(office):
    first, second = office.approved("r1"), office.requested("r1", "r2")
    office.requested("r2")
    told = answer(office)
    assert [one.id for one in column(told, "change")] == [str(second.id), str(first.id)]
    voter = office.people["approver"].name
    [none, one] = column(told, "approvals")
    assert (none, one.partition(" 20")[0]) == ("", f"{voter} approved (approval)")


def test_a_rejection_and_what_became_of_it_are_told(office):
    change = office.requested("r1")
    with office.acting("second") as ctx:
        reject(ctx, change.id, digest=change.digest, note="no")
    told = answer(office)
    assert column(told, "state") == ["rejected"]
    assert " rejected (approval) " in column(told, "approvals")[0]


def test_the_span_is_of_when_they_were_requested(office):
    office.requested("r1")
    office.clock.forward(days=2)
    later = office.requested("r1")
    since = (office.clock.at.replace(microsecond=0)).isoformat()
    assert [one.id for one in column(answer(office, since=since), "change")] == [str(later.id)]


def test_who_does_not_audit_the_device_does_not_ask(office):
    with pytest.raises(NotPermitted):
        answer(office, by="engineer")
