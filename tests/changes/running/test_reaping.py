"""What becomes of changes whose worker died, whose window ended, or that lost their place."""

from datetime import timedelta

import pytest

from changes import oversight
from changes.running import reaping
from changes.running.reaping import BY_HAND_GRACE
from changes.states import State, Target
from core.errors import NotPermitted

LEASE_OVER = {"seconds": 61}


def stop(office, change):
    with office.acting("operator") as ctx:
        return oversight.stop(ctx, change.id, note="alarm")


def test_a_dead_worker_that_touched_nothing_gives_the_change_back(office):
    change = office.approved("r1")
    office.claimed(change)
    office.emptied_queue()
    office.clock.forward(**LEASE_OVER)
    assert office.reaped() >= 1
    assert (office.state(change), office.targets(change)) == ("approved", ["waiting"])
    assert office.queued() == [change.id]
    assert "before it touched a device" in office.runs(change)[0].outcome


def test_a_dead_worker_that_touched_devices_leaves_the_change_to_a_person(office):
    change = office.approved("r1", "r2")
    office.begun(change)
    office.emptied_queue()
    office.clock.forward(**LEASE_OVER)
    office.reaped()
    assert (office.state(change), office.targets(change)) == ("interrupted", ["interrupted"] * 2)
    assert (office.queued(), office.claimed(change)) == ([], None)
    assert "w1 went silent while it touched devices" in office.now(change).outcome


def test_a_dead_worker_of_a_stopped_change_does_not_bring_it_back(office):
    change = office.approved("r1")
    office.claimed(change)
    stop(office, change)
    office.emptied_queue()
    office.clock.forward(**LEASE_OVER)
    office.reaped()
    assert (office.state(change), office.targets(change)) == ("cancelled", ["skipped"])
    assert office.queued() == []


def test_a_living_run_is_left_alone(office):
    change = office.approved("r1")
    office.begun(change)
    office.reaped()
    assert office.state(change) == "running"


def test_a_run_that_another_reaper_settled_meanwhile_is_settled_once(office):
    change = office.approved("r1")
    held = office.begun(change)
    office.clock.forward(**LEASE_OVER)
    with office.acting() as ctx:
        assert reaping.settle(ctx, held.fence, change.id)
        assert not reaping.settle(ctx, held.fence, change.id)
    assert office.recorded(change).count("change.reaped") == 1


def test_approved_changes_that_lost_their_place_in_the_queue_get_it_back(office):
    change = office.approved("r1")
    office.emptied_queue()
    office.reaped()
    office.reaped()
    assert office.queued() == [change.id]


def windowed(office, **wanted):
    start = office.clock.at + timedelta(hours=1)
    change = office.approved("r1", window=(start, start + timedelta(hours=1)), **wanted)
    office.emptied_queue()
    return change


def test_a_change_is_queued_again_only_once_its_window_is_open(office):
    change = windowed(office)
    office.reaped()
    assert office.queued() == []
    office.clock.forward(minutes=61)
    office.reaped()
    assert office.queued() == [change.id]


def test_an_approved_change_whose_window_ended_is_over(office):
    change = windowed(office)
    office.clock.forward(hours=2)
    office.reaped()
    now = office.now(change)
    assert (now.state, now.closed_at, office.queued()) == ("cancelled", office.clock.at, [])
    assert office.recorded(change)[-1] == "change.expired"


def test_a_change_by_hand_may_still_be_observed_for_a_day_after_its_window(office):
    change = windowed(office, method="by_hand")
    office.clock.forward(hours=3)
    office.reaped()
    assert (office.state(change), office.queued()) == ("approved", [])
    office.clock.at += BY_HAND_GRACE
    office.reaped()
    assert office.state(change) == "cancelled"


def test_only_who_may_execute_reaps(office):
    with office.acting("auditor") as ctx, pytest.raises(NotPermitted):
        reaping.reap(ctx)


def test_of_three_devices_a_dead_worker_leaves_each_where_it_stood(office):
    change = office.approved("r1", "r2", "r3")
    held = office.claimed(change)
    office.touching(held, "r1")
    office.settled(held, r1=Target.DONE)
    office.touching(held, "r2")
    office.clock.forward(**LEASE_OVER)
    office.reaped()
    assert office.targets(change) == ["done", "interrupted", "waiting"]
    assert (office.state(change), office.claimed(change)) == ("interrupted", None)


def test_a_worker_that_died_between_two_waves_leaves_the_change_paused(office):
    change = office.approved("r1", "r2")
    held = office.claimed(change)
    office.touching(held, "r1")
    office.settled(held, r1=Target.DONE)
    office.clock.forward(**LEASE_OVER)
    office.emptied_queue()
    office.reaped()
    assert (office.state(change), office.targets(change)) == ("paused", ["done", "waiting"])
    assert (office.queued(), office.claimed(change)) == ([], None)


def test_approvals_of_a_content_that_is_not_current_are_void_with_the_reason(office):
    change = office.approved("r1")
    office.shows("r1", description="by somebody")
    office.reaped()
    [vote] = office.votes(change)
    assert (office.state(change), vote.voided_at) == ("proposed", office.clock.at)
    assert "another configuration" in vote.void_reason
    office.reaped()
    assert office.recorded(change).count("change.approvals_voided") == 1


def test_a_running_change_keeps_its_approvals_whatever_its_devices_show(office):
    change = office.approved("r1")
    office.begun(change)
    office.shows("r1", description="by request")
    office.reaped()
    assert (office.state(change), office.votes(change)[0].voided_at) == ("running", None)


def test_a_change_by_hand_keeps_its_approvals_once_somebody_made_it(office):
    change = office.approved("r1", method="by_hand")
    office.shows("r1", description="by request")
    office.reaped()
    assert office.state(change) == "approved"


def test_a_paused_change_past_its_window_ends_with_what_it_had_done(office):
    start = office.clock.at
    change = office.approved("r1", "r2", window=(start, start + timedelta(hours=1)))
    held = office.claimed(change)
    office.touching(held, "r1")
    office.settled(held, r1=Target.DONE)
    office.finished(held, State.PAUSED)
    office.clock.forward(hours=2)
    office.reaped()
    assert (office.state(change), office.targets(change)) == ("failed", ["done", "skipped"])
    assert "ended while it was paused" in office.now(change).outcome
