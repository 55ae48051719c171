"""Between waves on a simulated network: gates, pauses, the way back of everything, guards."""

import time
from dataclasses import replace

import pytest

from changes import oversight, playbooks
from changes.models import ChangeRequest
from changes.plans import Check, Guard, digest_of, stored
from changes.requests import plan_of
from changes.running import neighbours, observing, reading
from changes.states import State
from lab import hands
from tests.changes.floor import at_line, typed_since

pytestmark = pytest.mark.slow
BEATS = 2.5  # two beats of the lab's lease


def act(floor, what, change):
    with floor.house.acting(floor.house.engineer) as ctx:
        getattr(oversight, what)(ctx, change.id, note="as asked")


def check(name, *, when, **variables):
    book = playbooks.playbook(name)
    return Check(name=name, playbook=name, digest=book.digest, when=when, variables=variables)


def gates(floor, change):
    with floor.house.acting(floor.house.auditor) as ctx:
        return [
            (one.wave, one.moment, one.name, one.passed) for one in reading.gates(ctx, change.id)
        ]


def paused(floor, *devices):
    """A change that a person paused while its canary was being changed."""
    change = floor.approved(*devices)
    at_line(devices[0], "description number", lambda: act(floor, "pause", change))
    assert floor.execute(change) is State.PAUSED
    return change


def test_a_pause_comes_after_the_wave_and_the_rest_goes_on_once_resumed(floor):
    canary, other = floor.devices[:2]
    mark = len(other.journal)
    change = paused(floor, canary, other)
    assert (floor.targets(change), typed_since(other, mark)) == (["done", "waiting"], [])
    assert floor.execute(change) is None
    typed = len(canary.journal)
    act(floor, "resume", change)
    assert floor.execute(change) is State.SUCCEEDED
    assert typed_since(canary, typed) == []
    assert floor.targets(change) == ["done", "done"]


def test_a_paused_change_is_rolled_back_whole(floor):
    canary, other = floor.devices[:2]
    before, mark = canary.running(), len(other.journal)
    change = paused(floor, canary, other)
    act(floor, "roll_back", change)
    assert floor.execute(change) is State.ROLLED_BACK
    assert (canary.running(), typed_since(other, mark)) == (before, [])
    assert floor.targets(change) == ["rolled_back", "skipped"]


def test_what_somebody_changed_during_the_pause_is_not_touched_but_named(floor):
    canary, other = floor.devices[:2]
    change = paused(floor, canary, other)
    hands.type_lines(canary, ["interface Loopback0", "description by somebody else"])
    typed = len(canary.journal)
    act(floor, "roll_back", change)
    assert floor.execute(change) is State.INTERRUPTED
    assert typed_since(canary, typed) == []
    with floor.house.acting(floor.house.engineer) as ctx:
        [seen] = observing.observe(ctx, change.id)
    assert (seen.hostname, seen.standing) == (canary.hostname, "in_between")


def test_rolling_back_while_the_second_wave_runs_takes_the_canary_back_too(floor):
    canary, other = floor.devices[:2]
    before = canary.running(), other.running()
    change = floor.approved(canary, other)

    def all_back():
        act(floor, "roll_back", change)
        time.sleep(BEATS)

    at_line(other, "description number", all_back)
    assert floor.execute(change) is State.ROLLED_BACK
    assert (canary.running(), other.running()) == before
    assert floor.targets(change) == ["rolled_back"] * 2


def test_a_lost_neighbour_takes_the_wave_back_and_nobody_follows(floor, monkeypatch):
    monkeypatch.setattr(neighbours, "SETTLE_SECONDS", 0.0)
    canary, other = floor.devices[:2]
    before, mark = canary.running(), len(other.journal)
    change = floor.approved(canary, other)
    known = canary.neighbours
    at_line(canary, "description number", lambda: setattr(canary, "neighbours", ()))
    assert floor.execute(change) is State.ROLLED_BACK
    canary.neighbours = known
    assert (canary.running(), typed_since(other, mark)) == (before, [])
    assert gates(floor, change) == [(0, "after", "neighbours", False)]
    assert f"lost its neighbour {known[0].peer} at " in (floor.now(change).outcome)


def test_a_device_that_fails_a_check_before_is_not_touched(floor):
    canary = floor.devices[0]
    looked = check(
        "pre_check", when="before", trimtab_expect=["frobnicator 7"], trimtab_gone=[]
    )  # fmt: skip
    change = floor.approved(canary, checks=(looked,))
    mark = len(canary.journal)
    assert floor.execute(change) is State.FAILED
    assert (typed_since(canary, mark), floor.targets(change)) == ([], ["skipped"])
    assert gates(floor, change) == [(0, "before", "pre_check", False)]
    assert "missing: frobnicator 7" in floor.now(change).outcome


def test_a_check_after_that_one_host_alone_fails_takes_that_host_back(floor):
    canary, bad = floor.devices[:2]
    before = bad.running()
    looked = check(
        "post_check", when="after", trimtab_expect=[], trimtab_gone=[],
        hosts={bad.hostname: {"trimtab_expect": ["frobnicator 7"]}},
    )  # fmt: skip
    change = floor.approved(canary, bad, checks=(looked,))
    assert floor.execute(change) is State.FAILED
    assert floor.targets(change) == ["done", "rolled_back"]
    assert bad.running() == before
    assert gates(floor, change) == [
        (0, "after", "neighbours", True), (0, "after", "post_check", True),
        (1, "after", "neighbours", True), (1, "after", "post_check", False),
    ]  # fmt: skip


def test_variables_that_a_check_does_not_take_are_refused_before_a_device_is_touched(floor):
    device = floor.devices[0]
    change = floor.approved(device, checks=(check("pre_check", when="before", bird="heron"),))
    mark = len(device.journal)
    assert floor.execute(change) is State.PROPOSED
    assert typed_since(device, mark) == []


def guarded(floor, device, *, checks=()):
    """An approved change that its device undoes by itself unless it is confirmed."""
    change = floor.requested(device, checks=checks)
    with floor.house.acting(floor.house.engineer) as ctx:
        row = ctx.get(ChangeRequest, change.id)
        plan = plan_of(row)
        target = replace(plan.targets[0], guard=Guard(kind=KIND[device.platform], minutes=5))
        plan = replace(plan, targets=(target,))
        row.plan, row.digest = stored(plan), digest_of(plan)
        ctx.record("test.guarded", row)
    floor.approve(change)
    return change


KIND = {"cisco_ios": "revert_timer", "arista_eos": "commit_timer"}


@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_a_guarded_change_is_confirmed_once_a_new_session_saw_it(floor, index):
    device = floor.devices[index]
    change = guarded(floor, device)
    assert floor.execute(change) is State.SUCCEEDED
    statuses = [one.status for one in floor.log(change) if one.kind in {"wave", "guard"}]
    assert statuses == ["wave", "guard"]
    assert device.startup == device.running()


@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_a_guarded_change_whose_gate_fails_is_taken_back_by_the_device(floor, index):
    device = floor.devices[index]
    before = device.running()
    looked = check("post_check", when="after", trimtab_expect=["frobnicator 7"], trimtab_gone=[])
    change = guarded(floor, device, checks=(looked,))
    assert floor.execute(change) is State.ROLLED_BACK
    assert device.running() == before
    played = [one.status for one in floor.log(change) if one.kind in {"wave", "guard"}]
    assert played == ["wave", "guard"]
