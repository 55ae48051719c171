"""Stopping, running now, undoing, and deciding about what broke off."""

import pytest

from changes import claims, oversight
from changes.errors import WrongState
from changes.requests import plan_of
from changes.states import State
from core.errors import NotPermitted


def stop(office, change, *, by="operator"):
    with office.acting(by) as ctx:
        return oversight.stop(ctx, change.id, note="alarm")


def run_now(office, change, *, by="engineer"):
    with office.acting(by) as ctx:
        return oversight.run_now(ctx, change.id)


def undo(office, change, *, by="engineer"):
    with office.acting(by) as ctx:
        return oversight.request_rollback(ctx, change.id, reason="it made things worse")


def resolve(office, change, *, state=State.ROLLED_BACK, note="looked at r1", by="operator"):
    with office.acting(by) as ctx:
        return oversight.resolve_interrupted(ctx, change.id, state=state, note=note)


def succeeded(office, *hostnames):
    change = office.approved(*hostnames)
    held = office.begun(change)
    with office.acting() as ctx:
        claims.finish(ctx, held, State.SUCCEEDED, outcome="done")
    for hostname in hostnames:
        office.shows(hostname, description="by request")
    return change


def interrupted(office, *hostnames):
    change = office.approved(*hostnames)
    office.begun(change)
    office.clock.forward(seconds=61)
    office.reaped()
    return change


@pytest.mark.parametrize("begin", ["requested", "approved"])
def test_stopping_what_has_not_begun_cancels_it(office, begin):
    change = getattr(office, begin)("r1")
    stop(office, change)
    assert office.state(change) == "cancelled"


def test_stopping_a_running_change_asks_its_worker(office):
    change = office.approved("r1")
    office.claimed(change)
    stop(office, change)
    assert office.runs(change)[0].stop_requested_at == office.clock.at
    assert office.recorded(change)[-1] == "change.stop_requested"


def test_what_is_over_is_not_stopped(office):
    with pytest.raises(WrongState, match="nothing to stop"):
        stop(office, succeeded(office, "r1"))


def test_who_may_not_stop_stops_nothing(office):
    with pytest.raises(NotPermitted):
        stop(office, office.requested("r1"), by="auditor")


def test_running_now_puts_an_approved_change_into_the_queue_once(office):
    change = office.approved("r1")
    office.emptied_queue()
    run_now(office, change)
    run_now(office, change)
    assert office.queued() == [change.id]


def test_only_an_approved_change_is_run(office):
    with pytest.raises(WrongState, match="only an approved one runs"):
        run_now(office, office.requested("r1"))


def test_who_may_not_execute_runs_nothing(office):
    with pytest.raises(NotPermitted):
        run_now(office, office.approved("r1"), by="approver")


def test_undoing_is_a_change_of_its_own_that_needs_its_own_approval(office):
    change = succeeded(office, "r1")
    undoing = undo(office, change)
    (target,) = plan_of(undoing).targets
    assert (undoing.state, undoing.rolls_back_id, target.lines) == (
        "proposed", change.id, ("interface Loopback0", " description router id"),
    )  # fmt: skip
    assert office.state(change) == "succeeded"


def test_only_a_succeeded_change_is_undone(office):
    with pytest.raises(WrongState, match="only a succeeded one"):
        undo(office, office.approved("r1"))


def test_who_may_not_execute_undoes_nothing(office):
    change = succeeded(office, "r1")
    with pytest.raises(NotPermitted):
        undo(office, change, by="approver")


@pytest.mark.parametrize(
    ("state", "target"),
    [(State.SUCCEEDED, "done"), (State.FAILED, "failed"), (State.ROLLED_BACK, "rolled_back")],
)
def test_a_person_decides_what_became_of_an_interrupted_change(office, state, target):
    change = interrupted(office, "r1")
    resolve(office, change, state=state)
    now = office.now(change)
    assert (now.state, office.targets(change), now.closed_at) == (
        state, [target], office.clock.at,
    )  # fmt: skip
    assert now.outcome.endswith("Decided: looked at r1")


def test_a_decided_interruption_gives_the_device_free(office):
    change, other = interrupted(office, "r1"), office.approved("r1")
    assert office.claimed(other) is None
    resolve(office, change)
    assert office.claimed(other) is not None


def test_an_interruption_is_not_decided_without_saying_what_was_found(office):
    change = interrupted(office, "r1")
    with pytest.raises(WrongState, match="no note"):
        resolve(office, change, note="  ")


@pytest.mark.parametrize("state", [State.APPROVED, State.RUNNING, State.PROPOSED])
def test_an_interrupted_change_never_runs_again(office, state):
    change = interrupted(office, "r1")
    with pytest.raises(WrongState, match="cannot become"):
        resolve(office, change, state=state)


def test_only_an_interrupted_change_is_decided(office):
    with pytest.raises(WrongState):
        resolve(office, office.approved("r1"))


def test_who_may_not_stop_decides_nothing(office):
    change = interrupted(office, "r1")
    with pytest.raises(NotPermitted):
        resolve(office, change, by="auditor")


def test_a_change_that_did_not_run_has_no_verifications(office):
    change = office.approved("r1")
    with office.acting("auditor") as ctx:
        assert (oversight.verifications(ctx, change.id), oversight.log(ctx, change.id)) == ([], [])
