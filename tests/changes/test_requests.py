"""Requests: who may ask for what, what is refused at once, who sees them."""

from datetime import datetime, timedelta

import pytest

from changes import requests
from changes.errors import NothingToDo, WrongState
from changes.requests import Wanted
from core.errors import InvalidInput, NotPermitted
from tests.changes.office import LINES


def test_a_request_waits_for_its_approval_and_is_recorded(office):
    change = office.requested("r1", "r2")
    assert (change.state, office.targets(change), office.queued()) == (
        "proposed", ["waiting", "waiting"], [],
    )  # fmt: skip
    assert office.recorded(change) == ["change.requested"]


def test_the_first_device_of_a_change_is_its_canary(office):
    change = office.now(office.requested("r3", "r1", "r2"))
    with office.acting() as ctx:
        waves = {one.device_id: one.wave for one in requests.get_change(ctx, change.id).targets}
    assert waves == {office.ids["r3"]: 0, office.ids["r1"]: 1, office.ids["r2"]: 1}


@pytest.mark.parametrize("who", ["approver", "auditor", "operator"])
def test_who_may_not_request_requests_nothing(office, who):
    with pytest.raises(NotPermitted, match=r"change\.request"):
        office.requested("r1", by=who)


def test_the_platform_requests_nothing(office):
    with pytest.raises(InvalidInput, match="by a person"):
        office.requested("r1", by="arranger")


def test_a_change_of_no_device_is_refused(office):
    with pytest.raises(NothingToDo, match="at least one device"):
        office.requested()


@pytest.mark.parametrize("wanted", [{"title": " "}, {"reason": ""}])
def test_a_change_without_title_or_reason_is_refused(office, wanted):
    with pytest.raises(InvalidInput, match="title and a reason"):
        office.requested("r1", **wanted)


def test_a_window_without_time_zone_is_refused(office):
    naive = datetime(2030, 1, 1)  # noqa: DTZ001 - that is what is refused
    with pytest.raises(InvalidInput, match="time zone"):
        office.requested("r1", window=(naive, naive + timedelta(hours=1)))


@pytest.mark.parametrize(("start", "end"), [(2, 1), (1, 1), (-2, -1)])
def test_a_window_backwards_or_over_is_refused(office, start, end):
    now = office.clock.at
    with pytest.raises(InvalidInput, match="ends after it starts"):
        office.requested("r1", window=(now + timedelta(hours=start), now + timedelta(hours=end)))


def test_changes_are_listed_newest_first_by_state_and_from_a_key_on(office):
    first, second = office.requested("r1"), office.requested("r2")
    office.approve(first)
    with office.acting("auditor") as ctx:
        listed = [one.id for one in requests.list_changes(ctx)]
        approved = [one.id for one in requests.list_changes(ctx, state="approved")]
        older = [one.id for one in requests.list_changes(ctx, after=second.id, limit=1)]
    assert (listed, approved, older) == ([second.id, first.id], [first.id], [first.id])


def test_who_may_not_read_changes_sees_none(office):
    change = office.requested("r1")
    office.dismiss("auditor")
    with office.acting("auditor") as ctx:
        assert requests.list_changes(ctx) == []
        with pytest.raises(NotPermitted):
            requests.get_change(ctx, change.id)


def cancel(office, change, *, by):
    with office.acting(by) as ctx:
        requests.cancel(ctx, change.id, note="not needed")


@pytest.mark.parametrize("who", ["engineer", "operator"])
def test_the_requester_and_who_may_stop_cancel_a_change(office, who):
    change = office.approved("r1")
    cancel(office, change, by=who)
    now = office.now(change)
    assert (now.state, now.outcome, now.closed_at) == ("cancelled", "not needed", office.clock.at)


def test_others_cancel_nothing(office):
    with pytest.raises(NotPermitted):
        cancel(office, office.requested("r1"), by="auditor")


def test_a_running_change_is_not_cancelled_under_its_worker(office):
    change = office.approved("r1")
    office.begun(change)
    with pytest.raises(WrongState, match="stopped, not cancelled"):
        cancel(office, change, by="engineer")
    assert office.state(change) == "running"


def test_a_change_keeps_its_problem_and_kind(office):
    change = office.requested("r1", kind="emergency")
    assert (change.kind, requests.plan_of(change).kind) == ("emergency", "emergency")


def test_lines_for_a_device_of_another_unit_need_the_permission_there(office):
    office.dismiss("engineer")
    with office.acting("engineer") as ctx, pytest.raises(NotPermitted):
        requests.request_lines(ctx, {office.ids["r1"]: LINES}, Wanted(title="t", reason="r"))
