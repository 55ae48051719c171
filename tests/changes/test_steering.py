"""A person steers a change under way: pause, resume, stop, back, rerun, device by device."""

from datetime import timedelta

import pytest

from changes import oversight
from changes.errors import NotApproved, NothingToDo, WindowClosed, WrongState
from changes.requests import plan_of
from changes.states import State, Target
from core.errors import NotPermitted
from tests.changes.test_oversight import resolve, succeeded


def act(office, what, change, *, by="engineer"):
    with office.acting(by) as ctx:
        return getattr(oversight, what)(ctx, change.id, note="alarm")


def test_a_pause_is_asked_of_the_running_worker(office):
    change = office.approved("r1", "r2")
    office.claimed(change)
    act(office, "pause", change, by="operator")
    assert office.runs(change)[0].pause_requested_at == office.clock.at
    assert (office.state(change), office.recorded(change)[-1]) == (
        "running", "change.pause_requested",
    )  # fmt: skip


@pytest.mark.parametrize(("what", "ends"), [
    ("pause", "only a running one pauses"), ("resume", "only a paused one is resumed"),
    ("roll_back", "nothing else is to be rolled back"),
])  # fmt: skip
def test_only_a_change_under_way_is_steered(office, what, ends):
    with pytest.raises(WrongState, match=ends):
        act(office, what, office.approved("r1"))


@pytest.mark.parametrize(("what", "by"), [
    ("pause", "auditor"), ("resume", "operator"), ("roll_back", "operator"), ("stop", "auditor"),
])  # fmt: skip
def test_who_may_not_steer_a_change_does_not(office, what, by):
    with pytest.raises(NotPermitted):
        act(office, what, office.paused("r1", "r2"), by=by)


def test_a_resumed_change_is_queued_and_paused_until_a_worker_has_it(office):
    change = office.paused("r1", "r2")
    office.emptied_queue()
    act(office, "resume", change)
    assert (office.state(change), office.queued()) == ("paused", [change.id])
    office.emptied_queue()
    office.reaped()
    assert office.queued() == [change.id]


def test_a_change_is_not_resumed_without_approvals_that_count(office):
    change = office.paused("r1", "r2")
    office.dismiss("approver")
    with pytest.raises(NotApproved, match="count no more"):
        act(office, "resume", change)


def test_a_change_is_not_resumed_outside_of_its_window(office):
    start = office.clock.at + timedelta(hours=1)
    change = office.approved("r1", "r2", window=(start, start + timedelta(hours=1)))
    office.finished(office.claimed(change), State.PAUSED)
    with pytest.raises(WindowClosed):
        act(office, "resume", change)


@pytest.mark.parametrize(("done", "state", "targets"), [
    (0, "cancelled", ["skipped", "skipped"]), (1, "failed", ["done", "skipped"]),
])  # fmt: skip
def test_stopping_a_paused_change_ends_it_with_what_it_had_done(office, done, state, targets):
    change = office.paused("r1", "r2", done=done)
    act(office, "stop", change)
    now = office.now(change)
    assert (now.state, office.targets(change), now.closed_at) == (state, targets, office.clock.at)


def test_rolling_a_paused_change_back_is_a_workers_task_whatever_the_window(office):
    start = office.clock.at
    change = office.approved("r1", "r2", window=(start, start + timedelta(hours=1)))
    held = office.claimed(change)
    office.touching(held, "r1")
    office.settled(held, r1=Target.DONE)
    office.finished(held, State.PAUSED)
    act(office, "roll_back", change)
    office.clock.forward(hours=2)
    office.emptied_queue()
    office.reaped()
    assert office.queued() == [change.id]
    held = office.claimed(change)
    assert (held.undo, office.targets(change)) == (True, ["running", "waiting"])


def test_rolling_a_paused_change_back_that_touched_nothing_ends_it(office):
    change = office.paused("r1", done=0)
    act(office, "roll_back", change)
    assert office.state(change) == "cancelled"


def rerun(office, change, *, by="engineer"):
    with office.acting(by) as ctx:
        return oversight.rerun_failed(ctx, change.id, reason="once more")


def partly(office):
    """r1 is done, r2 back in its state before, r3 was not touched."""
    change = office.approved("r1", "r2", "r3")
    held = office.claimed(change)
    office.touching(held, "r1", "r2")
    office.settled(held, r1=Target.DONE, r2=Target.ROLLED_BACK)
    office.finished(held, State.FAILED)
    office.shows("r1", description="by request")
    return change


def test_a_rerun_is_a_change_of_its_own_without_what_is_done(office):
    change = partly(office)
    assert office.targets(change) == ["done", "rolled_back", "skipped"]
    again = rerun(office, change)
    office.changes.append(again.id)
    assert (again.state, again.reruns_id, again.digest == change.digest) == (
        "proposed", change.id, False,
    )  # fmt: skip
    assert [one.device_id for one in plan_of(again).targets] == [
        office.ids["r2"], office.ids["r3"],
    ]  # fmt: skip
    assert [one.lines for one in plan_of(again).targets] == [
        one.lines for one in plan_of(change).targets[1:]
    ]


def test_a_rerun_is_planned_from_what_the_devices_show_now(office):
    change = partly(office)
    office.shows("r2", description="by somebody")
    office.shows("r3", description="by request")
    [target] = plan_of(rerun(office, change)).targets
    assert (target.device_id, target.rollback) == (
        office.ids["r2"], ("interface Loopback0", " description by somebody"),
    )  # fmt: skip


def test_where_every_device_shows_what_was_wanted_nothing_is_rerun(office):
    change = partly(office)
    for name in ("r2", "r3"):
        office.shows(name, description="by request")
    with pytest.raises(NothingToDo, match="shows what was wanted"):
        rerun(office, change)


def test_what_succeeded_is_not_rerun(office):
    with pytest.raises(WrongState, match="only one that failed"):
        rerun(office, succeeded(office, "r1"))


def test_who_may_not_request_reruns_nothing(office):
    with pytest.raises(NotPermitted):
        rerun(office, partly(office), by="approver")


def broken_off(office):
    """r1 is done, r2 and r3 were being touched when the worker died."""
    change = office.approved("r1", "r2", "r3")
    held = office.claimed(change)
    office.touching(held, "r1")
    office.settled(held, r1=Target.DONE)
    office.touching(held, "r2", "r3")
    office.clock.forward(seconds=61)
    office.reaped()
    return change


def decide(office, change, name, state, *, by="operator"):
    with office.acting(by) as ctx:
        return oversight.resolve_device(
            ctx, change.id, office.ids[name], state=state, note=f"looked at {name}"
        )


def test_the_devices_of_an_interrupted_change_are_decided_one_by_one(office):
    change = broken_off(office)
    decide(office, change, "r2", Target.ROLLED_BACK)
    assert (office.state(change), office.targets(change)) == (
        "interrupted", ["done", "rolled_back", "interrupted"],
    )  # fmt: skip
    decide(office, change, "r3", Target.DONE)
    now = office.now(change)
    assert (now.state, now.closed_at) == ("failed", office.clock.at)
    assert office.targets(change) == ["done", "rolled_back", "done"]
    assert now.outcome.endswith("looked at r3")


def test_where_every_device_is_found_done_the_change_succeeded(office):
    change = broken_off(office)
    for name in ("r2", "r3"):
        decide(office, change, name, Target.DONE)
    assert office.state(change) == "succeeded"


def test_what_is_decided_of_all_devices_does_not_reach_those_that_were_done(office):
    change = broken_off(office)
    resolve(office, change, state=State.ROLLED_BACK)
    assert (office.state(change), office.targets(change)) == (
        "failed", ["done", "rolled_back", "rolled_back"],
    )  # fmt: skip


@pytest.mark.parametrize("state", [Target.WAITING, Target.RUNNING, Target.SKIPPED])
def test_a_device_is_decided_only_to_be_in_one_of_three_states(office, state):
    with pytest.raises(WrongState, match="done, rolled_back or failed"):
        decide(office, broken_off(office), "r2", state)


def test_a_device_that_is_not_in_doubt_is_not_decided(office):
    with pytest.raises(WrongState, match="no interrupted device"):
        decide(office, broken_off(office), "r1", Target.FAILED)
