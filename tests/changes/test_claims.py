"""A change is claimed exactly once; what a dead worker leaves is settled by what it had touched."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from changes import claims, execution, oversight
from changes.claims import Hold
from changes.errors import AnsibleUnavailable
from changes.running import reaping
from changes.running.reaping import BY_HAND_GRACE
from changes.states import State, Target
from core.errors import NotPermitted

LEASE_OVER = {"seconds": 61}


def finish(office, held, state=State.SUCCEEDED):
    with office.acting() as ctx:
        return claims.finish(ctx, held, state, outcome="done so")


def beat(office, held):
    with office.acting() as ctx:
        return claims.beat(ctx, held)


def begin(office, held):
    with office.acting() as ctx:
        return claims.begin(ctx, held)


def release(office, held, state=State.APPROVED):
    with office.acting() as ctx:
        return claims.release(ctx, held, state=state, reason="not now")


def stop(office, change):
    with office.acting("operator") as ctx:
        return oversight.stop(ctx, change.id, note="alarm")


def test_of_eight_workers_exactly_one_gets_the_change(office):
    change = office.approved("r1", "r2")
    gate = Barrier(8)

    def try_it(number):
        gate.wait()
        return office.claimed(change, worker=f"w{number}")

    with ThreadPoolExecutor(8) as pool:
        held = [one for one in pool.map(try_it, range(8)) if one is not None]
    assert [(run.id, run.worker) for run in office.runs(change)] == [
        (one.fence, one.worker) for one in held
    ]
    assert len(held) == 1
    assert (office.state(change), office.targets(change)) == ("running", ["running"] * 2)


def test_a_device_in_two_changes_is_touched_by_one_at_a_time(office):
    first, second = office.approved("r1", "r2"), office.approved("r2", "r3")
    held = office.claimed(first)
    assert office.claimed(second) is None
    assert (office.state(second), office.targets(second)) == ("approved", ["waiting"] * 2)
    assert (office.runs(second), office.recorded(second)[-1]) == ([], "change.released")
    release(office, held)
    assert office.claimed(second) is not None


def test_two_workers_at_two_changes_of_the_same_devices_do_not_deadlock(office):
    pair = office.approved("r1", "r2", "r3"), office.approved("r3", "r2", "r1")
    gate = Barrier(2)

    def try_it(change):
        gate.wait()
        return office.claimed(change)

    with ThreadPoolExecutor(2) as pool:
        held = [one for one in pool.map(try_it, pair) if one is not None]
    assert len(held) == 1


def test_an_interrupted_device_is_touched_by_no_other_change(office):
    broken, other = office.approved("r1"), office.approved("r1")
    office.begun(broken)
    office.clock.forward(**LEASE_OVER)
    office.reaped()
    assert (office.state(broken), office.claimed(other)) == ("interrupted", None)


@pytest.mark.parametrize("state", ["proposed", "by hand"])
def test_what_is_not_approved_for_a_worker_is_not_claimed(office, state):
    change = office.requested("r1") if state == "proposed" else office.approved(
        "r1", method="by_hand"
    )  # fmt: skip
    assert office.claimed(change) is None
    assert office.runs(change) == []


def test_fences_grow_with_every_claim(office):
    change = office.approved("r1")
    first = office.claimed(change)
    release(office, first)
    assert office.claimed(change).fence > first.fence


def test_a_run_begins_once(office):
    held = office.claimed(office.approved("r1"))
    assert (begin(office, held), begin(office, held)) == (True, False)


def test_a_run_does_not_begin_after_its_lease(office):
    change = office.approved("r1")
    held = office.claimed(change)
    office.clock.forward(**LEASE_OVER)
    assert begin(office, held) is False
    assert office.runs(change)[0].started_touching_at is None


def test_a_worker_does_not_begin_another_workers_run(office):
    held = office.claimed(office.approved("r1"))
    other = claims.Claim(change_id=held.change_id, fence=held.fence, worker="w2")
    assert (begin(office, other), beat(office, other)) == (False, Hold.LOST)


def test_a_beat_keeps_the_claim_beyond_the_first_lease(office):
    held = office.claimed(office.approved("r1"))
    office.clock.forward(seconds=40)
    assert beat(office, held) is Hold.HELD
    office.clock.forward(seconds=40)
    assert begin(office, held)


def test_a_beat_tells_that_a_person_wants_it_to_stop(office):
    change = office.approved("r1")
    held = office.claimed(change)
    stop(office, change)
    assert beat(office, held) is Hold.STOPPING


def test_a_finished_run_closes_the_change(office):
    change = office.approved("r1")
    held = office.begun(change)
    assert finish(office, held)
    now = office.now(change)
    assert (now.state, now.outcome, now.closed_at) == ("succeeded", "done so", office.clock.at)
    assert office.recorded(change)[-1] == "change.succeeded"


def test_an_interrupted_change_is_not_closed(office):
    change = office.approved("r1")
    finish(office, office.begun(change), State.INTERRUPTED)
    assert office.now(change).closed_at is None


def test_what_finishes_after_its_lease_is_late_evidence_only(office):
    change = office.approved("r1")
    held = office.begun(change)
    office.clock.forward(**LEASE_OVER)
    assert finish(office, held) is False
    assert office.runs(change)[0].late_evidence == "succeeded: done so"
    assert (office.state(change), office.recorded(change)[-1]) == (
        "running", "change.late_evidence",
    )  # fmt: skip


def test_what_finishes_after_it_was_reaped_changes_nothing_any_more(office):
    change = office.approved("r1")
    held = office.begun(change)
    office.clock.forward(**LEASE_OVER)
    office.reaped()
    assert finish(office, held) is False
    assert office.state(change) == "interrupted"


def test_a_late_release_gives_no_device_free(office):
    change = office.approved("r1")
    held = office.begun(change)
    office.clock.forward(**LEASE_OVER)
    office.reaped()
    assert release(office, held) is False
    assert office.targets(change) == ["interrupted"]


def test_a_released_change_waits_again(office):
    change = office.approved("r1", "r2")
    assert release(office, office.claimed(change))
    assert (office.state(change), office.targets(change)) == ("approved", ["waiting"] * 2)
    assert office.now(change).closed_at is None


def test_a_change_that_was_stopped_before_it_began_is_cancelled_not_run_again(office):
    change = office.approved("r1")
    held = office.claimed(change)
    stop(office, change)
    assert release(office, held)
    now = office.now(change)
    assert (now.state, now.outcome) == ("cancelled", "A person stopped it. not now")


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


def test_a_device_is_touched_once_by_a_run_and_never_by_a_later_one(office):
    change = office.approved("r1", "r2")
    held = office.claimed(change)
    assert office.touching(held, "r1")
    assert not office.touching(held, "r1")
    assert not office.touching(held, "r1", "r2")
    assert office.touching(held, "r2")


def test_a_settled_device_is_free_for_another_change_while_the_rest_goes_on(office):
    first, second = office.approved("r1", "r2"), office.approved("r1")
    held = office.claimed(first)
    office.touching(held, "r1")
    office.settled(held, r1=Target.DONE)
    assert office.claimed(second) is not None


def test_nothing_is_settled_after_the_lease(office):
    change = office.approved("r1")
    held = office.begun(change)
    office.clock.forward(**LEASE_OVER)
    assert not office.settled(held, r1=Target.DONE)
    assert office.targets(change) == ["running"]


def test_a_paused_change_is_claimed_only_once_it_is_resumed(office):
    change = office.paused("r1", "r2")
    assert office.claimed(change) is None
    with office.acting("engineer") as ctx:
        oversight.resume(ctx, change.id, note="go on")
    held = office.claimed(change)
    assert (held.undo, office.targets(change)) == (False, ["done", "running"])


def test_a_pause_that_is_asked_for_before_a_device_is_touched_keeps_it_from_running(office):
    change = office.approved("r1")
    held = office.claimed(change)
    with office.acting("operator") as ctx:
        oversight.pause(ctx, change.id, note="wait")
    assert beat(office, held) is Hold.PAUSING
    release(office, held)
    assert (office.state(change), office.targets(change)) == ("paused", ["waiting"])


def test_what_a_stronger_wish_says_is_heard_before_a_weaker_one(office):
    held = office.claimed(change := office.approved("r1"))
    with office.acting("operator") as ctx:
        oversight.pause(ctx, change.id, note="wait")
        oversight.stop(ctx, change.id, note="no, stop")
    assert beat(office, held) is Hold.STOPPING
    with office.acting("engineer") as ctx:
        oversight.roll_back(ctx, change.id, note="all of it")
    assert beat(office, held) is Hold.UNDOING


def test_a_device_that_another_change_has_meanwhile_is_not_taken_back(office):
    change, other = office.approved("r1", "r2", "r3"), office.approved("r1")
    held = office.claimed(change)
    office.touching(held, "r1", "r2")
    office.settled(held, r1=Target.DONE, r2=Target.DONE)
    assert office.claimed(other) is not None
    with office.acting() as ctx:
        taken = claims.take_back(ctx, held, [office.ids["r1"], office.ids["r2"]])
    assert taken == {office.ids["r2"]}
    assert office.targets(change) == ["done", "running", "running"]


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


def test_where_a_runs_folder_has_no_room_nothing_is_claimed(office, monkeypatch):
    change = office.approved("r1")

    def full(_place):
        raise shutil.Error([("a", "b", "No space left on device")])

    monkeypatch.setattr(execution, "shelve", full)
    with pytest.raises(AnsibleUnavailable, match="Make room there"):
        execution.execute(office.runtime, change.id, worker="w1")
    assert (office.state(change), office.runs(change)) == ("approved", [])
