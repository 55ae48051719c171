"""A planned device of the lab is put into service by Ansible, and verified on itself."""

import pytest

from changes import approvals
from changes.lifecycle import commission
from changes.lifecycle.commission import Asked
from changes.states import State
from inventory.models import Device
from tests.changes.conftest import ALL
from tests.changes.floor import plain_risk


@pytest.mark.slow
def test_a_planned_device_becomes_active_once_its_commission_was_verified(floor):
    lab, house = floor.devices[0], floor.house
    key = house.ids[lab.hostname]
    with house.acting(ALL) as ctx:
        device = ctx.get(Device, key)
        device.state = "planned"
        ctx.record("test.arranged", device)
    house.observe(lab.hostname)
    asked = Asked(reason="new", lines=("interface Loopback0", " description in service"))
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
