"""The whole way on a simulated network: drift found, approved, corrected, verified."""

import pytest
from sqlalchemy import select

from changes import approvals, execution, requests
from changes.by_hand import settle
from changes.errors import OwnChange, StaleDigest
from changes.models import ChangeRequest, ExecutionEvent, VerificationResult
from changes.requests import Wanted
from changes.states import State
from core.errors import NotPermitted
from lab import hands
from lab.network import Fault
from operations.models import Event

DRIFT = ["interface Loopback0", "description changed by somebody"]


def drifted(house, index=0):
    device = house.lab.devices[index]
    hands.type_lines(device, DRIFT)
    assert house.observe(device.hostname).verdict == "unauthorised"
    return device


def requested(house, *hostnames):
    with house.acting(house.engineer) as ctx:
        ids = [house.finding(hostname).id for hostname in hostnames]
        return requests.request_correction(ctx, ids, Wanted(title="Correct", reason="drift"))


def approved(house, change):
    with house.acting(house.approver) as ctx:
        approvals.approve(ctx, change.id, digest=change.digest, note="right")


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
        assert ctx.session.scalars(select(VerificationResult.as_declared)).all() == [True]
        assert "ok" in ctx.session.scalars(select(ExecutionEvent.status)).all()


@pytest.mark.slow
def test_a_device_that_refuses_to_save_is_put_back_and_the_change_is_rolled_back(house):
    device = drifted(house, 1)
    change = requested(house, device.hostname)
    approved(house, change)
    house.lab.set_fault(device, Fault.REFUSED_SAVE)
    assert execution.execute(house.runtime, change.id, worker="w1") is State.ROLLED_BACK
    assert "changed by somebody" in device.running()


def test_nobody_approves_their_own_change(house):
    change = requested(house, drifted(house).hostname)
    with house.acting(house.engineer) as ctx, pytest.raises(NotPermitted):
        approvals.approve(ctx, change.id, digest=change.digest, note="")


def test_four_eyes_are_two_persons_even_where_one_may_do_both(house):
    change = requested(house, drifted(house).hostname)
    with house.acting(house.approver) as ctx:
        ctx.get(ChangeRequest, change.id).requested_by_id = house.approver.person_id
        with pytest.raises(OwnChange, match="own change"):
            approvals.approve(ctx, change.id, digest=change.digest, note="")
        ctx.session.rollback()


def test_an_approval_of_another_digest_is_refused(house):
    change = requested(house, drifted(house).hostname)
    with house.acting(house.approver) as ctx, pytest.raises(StaleDigest):
        approvals.approve(ctx, change.id, digest="0" * 64, note="")


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


def test_a_change_is_executed_once_only(house):
    change = requested(house, drifted(house).hostname)
    with house.acting(house.approver) as ctx:
        approvals.reject(ctx, change.id, digest=change.digest, note="no")
    assert execution.execute(house.runtime, change.id, worker="w1") is None


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
