"""A change is claimed exactly once; what a dead worker leaves is settled by what it had touched."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from changes import claims, execution, oversight
from changes.claims import Hold
from changes.errors import AnsibleUnavailable
from changes.states import State, Target

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


def test_where_a_runs_folder_has_no_room_nothing_is_claimed(office, monkeypatch):
    change = office.approved("r1")

    def full(_place):
        raise shutil.Error([("a", "b", "No space left on device")])

    monkeypatch.setattr(execution, "shelve", full)
    with pytest.raises(AnsibleUnavailable, match="Make room there"):
        execution.execute(office.runtime, change.id, worker="w1")
    assert (office.state(change), office.runs(change)) == ("approved", [])
