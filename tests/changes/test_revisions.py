"""Plans made anew: what was approved before is void."""

from datetime import timedelta

import pytest

from changes import requests, revisions
from changes.errors import NothingToDo, WrongState
from changes.requests import plan_of
from changes.states import State
from core.errors import InvalidInput, NotPermitted


def renew(office, change, *, by="engineer"):
    with office.acting(by) as ctx:
        return revisions.renew(ctx, change.id)


def schedule(office, change, *, by="engineer", hours=(1, 2)):
    start, end = (office.clock.at + timedelta(hours=one) for one in hours)
    with office.acting(by) as ctx:
        return revisions.schedule(ctx, change.id, start=start, end=end)


def test_a_renewed_plan_starts_from_what_the_device_shows_now(office):
    change = office.requested("r1")
    office.shows("r1", description="meanwhile")
    renewed = renew(office, change)
    (target,) = plan_of(renewed).targets
    assert target.rollback == ("interface Loopback0", " description meanwhile")
    office.approve(renewed)
    assert office.state(change) == "approved"


def test_a_renewed_plan_has_another_digest_even_when_nothing_else_changed(office):
    change = office.requested("r1")
    renewed = renew(office, change)
    assert (plan_of(renewed).revision, renewed.digest == change.digest) == (2, False)


def test_a_renewal_makes_the_approvals_void_and_says_why(office):
    change = office.approved("r1")
    renew(office, change)
    assert office.state(change) == "proposed"
    assert [one.void_reason for one in office.votes(change)] == [
        "The change was planned anew from the devices."
    ]
    assert office.recorded(change)[-2:] == ["change.approvals_voided", "change.revised"]


def test_the_job_of_a_renewed_change_finds_nothing_to_run(office):
    change = office.approved("r1")
    renew(office, change)
    assert office.claimed(change) is None


def test_who_voted_before_votes_on_the_renewed_plan(office):
    change = office.approved("r1")
    office.approve(renew(office, change))
    assert office.state(change) == "approved"


def test_a_renewal_finds_out_that_there_is_nothing_left_to_do(office):
    change = office.requested("r1")
    office.shows("r1", description="by request")
    with pytest.raises(NothingToDo):
        renew(office, change)


def test_another_window_is_part_of_the_plan_and_needs_another_approval(office):
    change = office.approved("r1")
    revised = schedule(office, change)
    assert (revised.window_start, revised.window_end) == tuple(
        office.clock.at + timedelta(hours=one) for one in (1, 2)
    )
    assert plan_of(revised).window_start == revised.window_start.isoformat()
    assert office.state(change) == "proposed"


def test_a_renewal_keeps_the_window(office):
    change = schedule(office, office.requested("r1"))
    renewed = renew(office, change)
    assert (renewed.window_start, renewed.window_end) == (change.window_start, change.window_end)


def test_a_window_in_the_past_is_refused(office):
    with pytest.raises(InvalidInput):
        schedule(office, office.requested("r1"), hours=(-2, -1))


@pytest.mark.parametrize("act", [renew, schedule])
def test_who_may_not_request_revises_nothing(office, act):
    with pytest.raises(NotPermitted):
        act(office, office.requested("r1"), by="approver")


@pytest.mark.parametrize("act", [renew, schedule])
@pytest.mark.parametrize("state", [State.RUNNING, State.CANCELLED])
def test_the_plan_of_a_change_that_runs_or_is_over_stays(office, act, state):
    change = office.approved("r1")
    if state is State.RUNNING:
        office.claimed(change)
    else:
        with office.acting("engineer") as ctx:
            requests.cancel(ctx, change.id, note="")
    with pytest.raises(WrongState, match="its plan is what it is"):
        act(office, change)
