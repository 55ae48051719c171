"""The whole way on a simulated network: drift found, approved, corrected, verified."""

import pytest
from sqlalchemy import select

from changes import execution, requests
from changes.by_hand import settle
from changes.models import ExecutionEvent, VerificationResult
from changes.requests import Wanted
from changes.states import State
from lab import hands
from lab.network import Fault
from operations.models import Event
from tests.changes.conftest import approved, requested

DRIFT = ["interface Loopback0", "description changed by somebody"]


def drifted(house, index=0):
    device = house.lab.devices[index]
    hands.type_lines(device, DRIFT)
    assert house.observe(device.hostname).verdict == "unauthorised"
    return device


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_drift_is_found_approved_corrected_and_verified_on_the_device(house, index):
    device = drifted(house, index)
    change = requested(house, device.hostname)
    approved(house, change)
    assert execution.execute(house.runtime, change.id, worker="w1") is State.SUCCEEDED
    assert "changed by somebody" not in device.running()
    assert "changed by somebody" not in device.startup
    assert house.finding(device.hostname).state == "resolved"
    with house.acting(house.auditor) as ctx:
        assert ctx.session.scalar(select(Event.state)) == "closed"
        seen = ctx.session.scalars(select(VerificationResult.as_declared)).all()
        assert seen == [True, True]  # before the guard was confirmed, and after
        assert "ok" in ctx.session.scalars(select(ExecutionEvent.status)).all()


@pytest.mark.slow
def test_a_device_that_refuses_to_save_is_put_back_and_the_change_is_rolled_back(house):
    device = drifted(house, 1)
    change = requested(house, device.hostname)
    approved(house, change)
    house.lab.set_fault(device, Fault.REFUSED_SAVE)
    assert execution.execute(house.runtime, change.id, worker="w1") is State.ROLLED_BACK
    assert "changed by somebody" in device.running()


def test_a_device_that_changed_since_the_plan_voids_the_approval_untouched(house):
    device = drifted(house)
    change = requested(house, device.hostname)
    approved(house, change)
    hands.type_lines(device, ["ntp server 10.254.0.77"])
    typed = len(device.journal)
    assert execution.execute(house.runtime, change.id, worker="w1") is State.PROPOSED
    assert [e.line for e in list(device.journal)[typed:] if e.mode == "config"] == []
    with house.acting(house.auditor) as ctx:
        votes = requests.get_change(ctx, change.id).approvals
        assert "another configuration" in votes[0].void_reason


def test_an_approved_change_made_by_hand_is_recognised_and_becomes_the_baseline(house):
    device = house.lab.devices[2]
    lines = ["interface Loopback0", " description approved by hand"]
    with house.acting(house.engineer) as ctx:
        change = requests.request_lines(
            ctx, {house.ids[device.hostname]: lines},
            Wanted(title="Rename", reason="asked", method="by_hand"),
        )  # fmt: skip
    approved(house, change)
    hands.type_lines(device, [line.strip() for line in lines])
    assert house.observe(device.hostname).verdict == "authorised"
    with house.acting(execution.EXECUTOR) as ctx:
        assert [one.id for one in settle(ctx)] == [change.id]
    assert house.observe(device.hostname).outcome == "in_sync"


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_approved_lines_are_no_drift_once_they_were_typed_and_what_was_there_before_is(
    house, index
):
    device = drifted(house, index)
    before = house.finding(device.hostname)
    with house.acting(house.engineer) as ctx:
        change = requests.request_lines(
            ctx, {house.ids[device.hostname]: ["ntp server 10.254.0.88"]},
            Wanted(title="Another clock", reason="asked", checks=()),
        )  # fmt: skip
    approved(house, change)
    assert execution.execute(house.runtime, change.id, worker="w1") is State.SUCCEEDED
    left = house.finding(device.hostname)
    assert (left.id, left.state, left.fingerprint) == (before.id, "open", before.fingerprint)
    hands.type_lines(device, ["no ntp server 10.254.0.88"])
    assert house.observe(device.hostname).verdict == "unauthorised"  # two differences by now
    assert "ntp server 10.254.0.88" in str(house.finding(device.hostname).differences)
