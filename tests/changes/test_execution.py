"""Executing on a simulated network: in waves, once, verified, and back when anything is wrong."""

import time

import psutil
import pytest

from changes import playbooks
from changes.plans import Rollout
from changes.states import State
from core.records import verify
from lab import generate
from lab.network import Fault
from tests.changes.floor import at_line, typed_since

CORRECT = "Bring devices back to their approved configuration"
RESTORE = "Put devices back to the state before a change"
BEATS = 2.5  # two beats of the lab's lease; the device answers nobody meanwhile


def waves(floor, change):
    """The hosts of each playbook that was started, in order."""
    return [(one.task, one.text) for one in floor.log(change) if one.status == "wave"]


@pytest.mark.slow
def test_the_canary_goes_alone_and_the_rest_follow(floor):
    canary, *rest = floor.devices[2], floor.devices[1], floor.devices[0]
    change = floor.approved(canary, *rest)
    assert floor.execute(change) is State.SUCCEEDED
    assert waves(floor, change) == [
        (CORRECT, canary.hostname), (CORRECT, f"{rest[0].hostname}, {rest[1].hostname}"),
    ]  # fmt: skip
    ids = floor.house.ids
    first, *others = floor.verified(change)
    assert first == (ids[canary.hostname], True)
    assert sorted(others) == sorted((ids[one.hostname], True) for one in rest)  # in no set order
    assert floor.targets(change) == ["done"] * 3
    assert all(device.running() == device.startup for device in (canary, *rest))


@pytest.mark.slow
def test_a_canary_that_refuses_a_line_goes_back_and_nobody_follows(floor):
    canary, other = floor.devices[:2]
    before, mark = canary.running(), len(other.journal)
    lines = ["interface Loopback0", " description of a bird", "frobnicate the widget"]
    change = floor.approved(canary, other, lines=lines)
    mark = len(other.journal)
    assert floor.execute(change) is State.ROLLED_BACK
    assert (canary.running(), typed_since(other, mark)) == (before, [])
    assert floor.targets(change) == ["rolled_back", "skipped"]
    assert canary.hostname in floor.now(change).outcome
    assert "refused 'frobnicate the widget'" in " ".join(one.text for one in floor.log(change))


@pytest.mark.slow
def test_a_second_wave_that_cannot_save_goes_back_and_the_canary_stays(floor):
    canary, other = floor.devices[:2]
    before = other.running()
    change = floor.approved(canary, other)
    floor.house.lab.set_fault(other, Fault.REFUSED_SAVE)
    assert floor.execute(change) is State.FAILED
    assert (other.running(), canary.startup) == (before, canary.running())
    assert floor.targets(change) == ["done", "rolled_back"]
    assert waves(floor, change)[-1] == (RESTORE, other.hostname)


@pytest.mark.slow
def test_where_the_plan_says_so_a_failed_wave_takes_the_canary_back_too(floor):
    canary, other = floor.devices[:2]
    before = canary.running(), other.running()
    change = floor.approved(canary, other, rollout=Rollout(undo="all"))
    floor.house.lab.set_fault(other, Fault.REFUSED_SAVE)
    assert floor.execute(change) is State.ROLLED_BACK
    assert (canary.running(), other.running()) == before
    assert floor.targets(change) == ["rolled_back"] * 2
    assert waves(floor, change)[-2:] == [(RESTORE, other.hostname), (RESTORE, canary.hostname)]


@pytest.mark.slow
def test_a_failed_device_within_the_threshold_goes_back_alone(floor):
    canary, bad, good = floor.devices[2], floor.devices[1], floor.devices[0]
    before = bad.running()
    change = floor.approved(canary, bad, good, rollout=Rollout(may_fail=1))
    floor.house.lab.set_fault(bad, Fault.REFUSED_SAVE)
    assert floor.execute(change) is State.FAILED
    stands = {one.device.hostname: one.state for one in floor.rows(change)}
    assert stands == {
        canary.hostname: "done", bad.hostname: "rolled_back", good.hostname: "done",
    }  # fmt: skip
    assert bad.running() == before
    assert waves(floor, change)[-1] == (RESTORE, bad.hostname)


@pytest.mark.slow
def test_what_is_stopped_in_the_middle_goes_back(floor):
    device = floor.devices[0]
    before = device.running()
    change = floor.approved(device)

    def stop_and_wait_for_a_beat():
        floor.stop(change)
        time.sleep(BEATS)

    at_line(device, "description number", stop_and_wait_for_a_beat)
    assert floor.execute(change) is State.ROLLED_BACK
    assert device.running() == before
    assert floor.now(change).outcome.startswith("A person stopped it")


@pytest.mark.slow
def test_a_session_that_drops_in_the_middle_goes_back(floor):
    device = floor.devices[2]
    before = device.running()
    change = floor.approved(device)

    def drop_this_session_only():
        device.faults.add(Fault.DROP)
        at_line(device, "terminal width", lambda: device.faults.discard(Fault.DROP))

    at_line(device, "description number", drop_this_session_only)
    assert floor.execute(change) is State.ROLLED_BACK
    assert (device.running(), floor.targets(change)) == (before, ["rolled_back"])


@pytest.mark.slow
def test_a_device_that_is_not_seen_any_more_is_interrupted_and_named(floor):
    device = floor.devices[2]
    change = floor.approved(device)
    at_line(device, "description number", lambda: device.faults.add(Fault.DROP))
    assert floor.execute(change) is State.INTERRUPTED
    now = floor.now(change)
    assert (floor.targets(change), now.closed_at) == (["interrupted"], None)
    assert f"left in between: {device.hostname}: in between: could not be observed" in now.outcome
    assert waves(floor, change) == [(CORRECT, device.hostname), (RESTORE, device.hostname)]
    assert floor.execute(change) is None


@pytest.mark.slow
def test_a_worker_that_lost_its_claim_touches_nothing_more_and_leaves_evidence(floor):
    device = floor.devices[0]
    change = floor.approved(device)

    def lose_the_claim():
        floor.sql("UPDATE change_run SET lease_until = now() - interval '1 second'"
                  " WHERE change_id = :id", id=change.id)  # fmt: skip
        time.sleep(BEATS)

    at_line(device, "description number", lose_the_claim)
    assert floor.execute(change) is State.RUNNING
    assert waves(floor, change) == [(CORRECT, device.hostname)]
    ((evidence,),) = floor.sql(
        "SELECT late_evidence FROM change_run WHERE change_id = :id", id=change.id
    )
    assert device.hostname in evidence
    floor.reap()
    assert floor.now(change).state == "interrupted"


@pytest.mark.slow
def test_what_runs_is_what_was_judged_whoever_edits_the_playbooks_meanwhile(
    floor, monkeypatch, tmp_path
):
    original = playbooks.shelve(tmp_path)
    monkeypatch.setattr("changes.execution.shelve", lambda place: playbooks.shelve(place, original))
    device = floor.devices[0]
    change = floor.approved(device)

    def edit():
        (original / "tasks" / "lines.yml").write_text("- ansible.builtin.fail: {msg: edited}\n")

    at_line(device, "show running-config", edit)
    assert floor.execute(change) is State.SUCCEEDED


@pytest.mark.slow
def test_no_secret_is_in_an_argument_a_record_the_log_or_a_file_left_behind(floor):
    device = floor.devices[0]
    change = floor.approved(device)
    seen = []

    def look_around():
        children = psutil.Process().children(recursive=True)
        seen.extend(" ".join([*one.cmdline(), *one.environ().values()]) for one in children)

    at_line(device, "description number", look_around)
    assert floor.execute(change) is State.SUCCEEDED
    assert any("ansible-playbook" in one for one in seen)
    records = [bytes(row[0]).decode() for row in floor.sql("SELECT canonical FROM audit_record")]
    told = "\n".join([*seen, *records, *(one.text for one in floor.log(change))])
    assert generate.PASSWORD not in told
    assert generate.ENABLE not in told
    assert list((floor.house.runtime.settings.home / "runs").iterdir()) == []
    with floor.house.acting(floor.house.auditor) as ctx:
        assert verify(ctx).ok
