"""Devices of the lab are put into service and taken out of it by Ansible, and verified there."""

import pytest

from changes import approvals
from changes.lifecycle import commission, decommission
from changes.lifecycle.commission import First
from changes.lifecycle.decommission import Last
from changes.states import State
from inventory.models import Device
from tests.changes.conftest import ALL
from tests.changes.floor import plain_risk, typed_since


@pytest.mark.slow
def test_a_planned_device_becomes_active_once_its_commission_was_verified(floor):
    lab, house = floor.devices[0], floor.house
    key = house.ids[lab.hostname]
    with house.acting(ALL) as ctx:
        device = ctx.get(Device, key)
        device.state = "planned"
        ctx.record("test.arranged", device)
    house.observe(lab.hostname)
    asked = First(reason="new", lines=("interface Loopback0", " description in service"))
    with house.acting(house.engineer) as ctx, plain_risk():
        change = commission.request_commission(ctx, key, asked)
    with house.acting(house.approver) as ctx:
        approvals.approve(ctx, change.id, digest=change.digest, note="right")
    ended = floor.execute(change)
    with house.acting(ALL) as ctx:
        commission.settle(ctx)
    with house.acting(ALL) as ctx:
        assert (ended, ctx.get(Device, key).state) == (State.SUCCEEDED, "active")
    assert " description in service" in lab.running().splitlines()


def last_change(floor, lab, **asked):
    """The approved decommission of a device of the lab, executed; the state it ended in."""
    house = floor.house
    house.observe(lab.hostname)
    with house.acting(house.engineer) as ctx, plain_risk():
        change = decommission.request_decommission(
            ctx, house.ids[lab.hostname],
            Last(reason="old", lines=("ntp server 10.9.9.9",), **asked),
        )  # fmt: skip
    floor.approve(change)
    return floor.execute(change), floor.rows(change)[0].result


def everybody(lab):
    """Whom the device sees: the route reflector, by OSPF, and by its cables."""
    by_ospf = (one.peer_address for one in lab.neighbours)
    return ("10.255.0.1", *by_ospf, *(one.peer for one in lab.neighbours))


@pytest.mark.slow
def test_a_device_is_not_taken_out_of_service_while_an_unknown_neighbour_is_up(floor):
    lab, mark = floor.devices[2], len(floor.devices[2].journal)
    ended, told = last_change(floor, lab, neighbours=everybody(lab)[:-1])
    assert (ended, typed_since(lab, mark)) == (State.ROLLED_BACK, [])
    assert f"the neighbour {lab.neighbours[-1].peer} is up" in told


@pytest.mark.slow
def test_a_device_is_taken_out_of_service_where_only_those_are_up_that_may_be(floor):
    lab, before = floor.devices[2], floor.devices[2].running()
    ended, told = last_change(floor, lab, neighbours=everybody(lab))
    assert (ended, told) == (State.SUCCEEDED, "changed as declared")
    assert "ntp server 10.9.9.9" in lab.running().splitlines()
    lab.replace(before, username="test")
    floor.house.observe(lab.hostname)
