"""The usual checks and those named, on simulated devices: they run, and one that fails halts."""

import pytest

from changes.requests import plan_of
from changes.running import reading
from changes.states import State
from lab.network import Fault
from tests.changes.floor import at_line, typed_since

pytestmark = pytest.mark.slow


def gates(floor, change):
    with floor.house.acting(floor.house.auditor) as ctx:
        return [
            (one.wave, one.moment, one.name, one.passed) for one in reading.gates(ctx, change.id)
        ]


def test_the_usual_checks_pass_on_a_network_where_all_is_well(floor):
    change = floor.approved(*floor.devices[:2], checks=None)
    found = {one.name: one.variables["hosts"] for one in plan_of(change).checks}
    assert sorted(found) == ["interface_errors", "neighbours_up"]
    assert all(len(of) == 2 for of in found.values())
    assert floor.execute(change) is State.SUCCEEDED, floor.now(change).outcome
    assert sorted({(name, passed) for *_, name, passed in gates(floor, change)}) == [
        ("interface_errors", True), ("neighbours", True), ("neighbours_up", True),
    ]  # fmt: skip


def test_the_ones_that_are_named_run_before_and_after(floor):
    device = floor.devices[0]
    change = floor.approved(device, checks=["reachability"])
    assert floor.execute(change) is State.SUCCEEDED, floor.now(change).outcome
    assert gates(floor, change) == [
        (0, "before", "reachability", True), (0, "after", "neighbours", True),
        (0, "after", "reachability", True),
    ]  # fmt: skip


def test_an_interface_that_counts_errors_after_the_change_takes_the_wave_back(floor):
    canary, other = floor.devices[:2]
    change = floor.approved(canary, other, checks=["interface_errors"])
    before, mark = canary.running(), len(other.journal)
    at_line(canary, "description number", lambda: canary.faults.add(Fault.ERRORS))
    assert floor.execute(change) is State.ROLLED_BACK
    assert (canary.running(), typed_since(other, mark)) == (before, [])
    assert "the check interface_errors failed: the interface" in floor.now(change).outcome
