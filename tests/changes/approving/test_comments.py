"""What is said of a change and of the lines of its difference."""

import pytest

from changes.approving import comments
from changes.errors import OpenObjection
from changes.requests import plan_of
from core.errors import InvalidInput, NotPermitted


def said(office, change, *, by="approver", **what):
    with office.acting(by) as ctx:
        return comments.comment(ctx, change.id, **{"body": "why so?", **what})


def settled(office, row, *, by):
    with office.acting(by) as ctx:
        comments.settle(ctx, row.id)


def test_a_line_of_the_difference_is_commented(office):
    change = office.requested("r1")
    target = plan_of(change).targets[0]
    row = said(office, change, device_id=target.device_id, place=target.declared[0])
    path, line, side = target.declared[0]
    assert (row.place, row.digest) == ([list(path), line, side], change.digest)
    with office.acting("engineer") as ctx:
        assert [one.id for one in comments.list_comments(ctx, change.id)] == [row.id]


@pytest.mark.parametrize("place", [
    ((), "no such line", "extra"), (("interface Loopback0",), "description by request", "moved"),
])  # fmt: skip
def test_a_line_that_the_plan_does_not_declare_is_not_commented(office, place):
    change = office.requested("r1")
    with pytest.raises(InvalidInput, match="declares no such line on r1"):
        said(office, change, device_id=office.ids["r1"], place=place)


@pytest.mark.parametrize(("what", "words"), [
    ({"body": "  "}, "1 to 10000 characters"), ({"body": "x" * 10_001}, "1 to 10000 characters"),
    ({"device_id": -1}, "does not touch device -1"),
    ({"place": ((), "x", "extra")}, "say which"),
])  # fmt: skip
def test_a_comment_that_says_nothing_is_refused(office, what, words):
    with pytest.raises(InvalidInput, match=words):
        said(office, office.requested("r1"), **what)


def test_an_objection_keeps_a_change_from_being_approved_until_it_is_settled(office):
    change = office.requested("r1")
    row = said(office, change, by="second", objection=True)
    with pytest.raises(OpenObjection, match="why so"):
        office.approve(change)
    settled(office, row, by="second")
    office.approve(change)
    assert office.state(change) == "approved"


def test_a_plain_comment_stops_nothing(office):
    change = office.requested("r1")
    said(office, change)
    office.approve(change)
    assert office.state(change) == "approved"


def test_who_may_not_approve_does_not_object(office):
    with pytest.raises(NotPermitted):
        said(office, office.requested("r1"), by="operator", objection=True)


def test_the_requester_does_not_settle_what_others_say(office):
    change = office.requested("r1")
    row = said(office, change, objection=True)
    with pytest.raises(NotPermitted):
        settled(office, row, by="engineer")


def test_one_settles_ones_own_comment_and_it_is_recorded_once(office):
    change = office.requested("r1")
    row = said(office, change, by="engineer")
    settled(office, row, by="engineer")
    settled(office, row, by="engineer")
    assert office.recorded(change).count("change.comment_settled") == 1
