"""A device of the lab whose line moves at each reading, and real changes on it."""

import pytest

from changes import claims, execution, verification
from changes.requests import Wanted, get_change, plan_of, request_lines
from changes.states import State
from drift import baselines
from drift.noise import learning
from drift.noise.history import by_nobody
from inventory import snapshots
from lab import hands
from lab.network import Fault
from tests.changes.conftest import ALL, approved, requested
from tests.changes.floor import typed_since
from tests.drift.noise_rows import activate

DRIFT = ["interface Loopback0", "description changed by somebody"]


@pytest.fixture
def restless(house):
    """An EOS device, with a baseline that holds the line as it once was."""
    device = house.lab.devices[1]
    house.lab.set_fault(device, Fault.RESTLESS)
    house.observe(device.hostname)
    with house.acting(ALL) as ctx:
        shown = snapshots.latest(ctx, house.ids[device.hostname])
        baselines.approve_snapshot(ctx, shown.id, reason="with its line")
    return device


def masked_by_two_persons(house, device):
    with house.acting(ALL) as ctx:
        found = learning.learn(
            ctx, house.ids[device.hostname], corrected=by_nobody, wait=lambda _: None
        )
        [mask] = found.masks
        activate(ctx, mask)


def drifted(house, device):
    hands.type_lines(device, DRIFT)
    return house.observe(device.hostname)


@pytest.mark.slow
def test_a_change_of_a_restless_device_is_planned_executed_and_verified(house, restless):
    masked_by_two_persons(house, restless)
    assert drifted(house, restless).verdict == "unauthorised"
    change = requested(house, restless.hostname)
    approved(house, change)
    typed = len(restless.journal)
    assert execution.execute(house.runtime, change.id, worker="w1") is State.SUCCEEDED
    assert "changed by somebody" not in restless.running()
    assert [one for one in typed_since(restless, typed) if "clock-period" in one] == []
    assert house.finding(restless.hostname).state == "resolved"


def test_without_a_mask_the_device_is_never_as_it_was_planned_from(house, restless):
    drifted(house, restless)
    change = requested(house, restless.hostname)
    approved(house, change)
    assert execution.execute(house.runtime, change.id, worker="w1") is State.PROPOSED
    with house.acting(house.auditor) as ctx:
        [vote] = get_change(ctx, change.id).approvals
    assert "another configuration" in vote.void_reason


def verified(house, device):
    """What the verification says after lines were typed exactly as a change declared."""
    lines = ["interface Loopback0", " description by request"]
    wanted = Wanted(title="Describe", reason="asked")
    with house.acting(house.engineer) as ctx:
        change = request_lines(ctx, {house.ids[device.hostname]: lines}, wanted)
    approved(house, change)
    hands.type_lines(device, lines)
    [target] = plan_of(change).targets
    with house.acting(execution.EXECUTOR) as ctx:
        held = claims.claim(ctx, change.id, worker="w1")
        return verification.verify(ctx, held, target, undone=False).detail


def test_a_line_that_moved_is_no_surplus_where_it_is_masked(house, restless):
    masked_by_two_persons(house, restless)
    assert verified(house, restless) == "exactly as declared"


def test_a_line_that_moved_is_surplus_where_it_is_not_masked(house, restless):
    detail = verified(house, restless)
    assert detail.startswith("seen but not declared: ntp clock-period")
    assert detail.count("clock-period") == 2
