"""How upgrades end on devices of the lab."""

import pytest

from changes import approvals, execution, oversight, upgrading
from changes.models import ChangeRequest
from changes.requests import Wanted
from changes.states import State
from changes.upgrading import Staging, Upgrade
from drift import facts
from drift.device_facts import DeviceFacts
from lab import images
from lab.network import Fault, Lab
from tests.changes.floor import at_line
from tests.changes.office import ALL, plain_risk

WANTED = Wanted(title="Upgrade", reason="asked", checks=())


@pytest.fixture
def network():
    with Lab(devices=2, seed=1) as lab:
        lab.apply(lab.devices[0], [f"boot system flash:{images.FIRST['cisco_ios'].name}"])
        for device in lab.devices:
            device.second = 0.02
            device.save()
        yield lab


def carried_out(house, device, request):
    """The state in which a requested change ends; approved by another person."""
    with house.acting(house.engineer) as ctx, plain_risk():
        change = request(ctx, [house.ids[device.hostname]])
    return approved(house, change)


def approved(house, change):
    with house.acting(house.approver) as ctx:
        approvals.approve(ctx, change.id, digest=change.digest, note="right")
    state = execution.execute(house.runtime, change.id, worker="w1")
    with house.acting(execution.EXECUTOR) as ctx:
        row = ctx.get(ChangeRequest, change.id)
        assert [one.hostname for one in row.targets]  # loaded while the session is there
        return state, row


def upgrade_to(device, **values):
    new = images.NEXT[device.platform]
    told = Upgrade(**{
        "image": new.name, "version": new.version, "checksum": new.checksum("md5"), "wait": 20,
        **values,
    })  # fmt: skip
    return lambda ctx, ids: upgrading.request_upgrade(ctx, ids, told, WANTED)


def expects(house, device, version):
    with house.acting(ALL) as ctx:
        told = DeviceFacts(os_version=version)
        facts.expect(ctx, house.ids[device.hostname], told, reason="as delivered")


def expected(house, device):
    with house.acting(ALL) as ctx:
        return facts.facts_of(facts.expected_for(ctx, house.ids[device.hostname])).os_version


def stage(device):
    new = images.NEXT[device.platform]
    told = Staging(
        source=f"http://images.lab.example/{new.name}", image=new.name, size=new.size,
        checksum=new.checksum("sha512"), wait=20,
    )  # fmt: skip
    return lambda ctx, ids: upgrading.request_staging(ctx, ids, told, WANTED)


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_a_device_is_staged_upgraded_and_taken_back_by_a_later_request(house, index):
    device = house.lab.devices[index]
    new, old = images.NEXT[device.platform], images.FIRST[device.platform]
    state, row = carried_out(house, device, stage(device))
    assert state is State.SUCCEEDED, row.outcome
    expects(house, device, old.version)
    state, row = carried_out(house, device, upgrade_to(device))
    assert (state, device.image) == (State.SUCCEEDED, new), row.outcome
    assert expected(house, device) == new.version
    with house.acting(house.engineer) as ctx, plain_risk():
        undoing = oversight.request_rollback(ctx, row.id, reason="it drops packets")
    state, row = approved(house, undoing)
    assert (state, device.image) == (State.SUCCEEDED, old), row.outcome
    assert expected(house, device) == old.version


@pytest.mark.slow
def test_a_device_that_boots_its_former_image_is_rolled_back_and_says_so(house):
    device = house.lab.devices[0]
    new = images.NEXT["cisco_ios"]
    device.store[f"flash:/{new.name}"] = new
    device.faults.add(Fault.NO_BOOT)
    before = device.running()
    state, row = carried_out(house, device, upgrade_to(device))
    assert (state, device.running(), device.startup) == (State.ROLLED_BACK, before, before)
    assert "came back after" in row.outcome
    with house.acting(house.auditor) as ctx:
        told = [one.detail for one in oversight.verifications(ctx, row.id)]
    assert told[-1].startswith("exactly as declared and runs 15.2(4)E10, and boots ")


@pytest.mark.slow
def test_a_device_that_does_not_come_back_is_interrupted_and_not_lost(house):
    device = house.lab.devices[1]
    new = images.NEXT["arista_eos"]
    device.store[f"flash:/{new.name}"] = new
    device.faults.add(Fault.DEAD)
    state, row = carried_out(house, device, upgrade_to(device, wait=2))
    assert (state, row.targets[0].state) == (State.INTERRUPTED, "interrupted")
    assert "was not back 2 s after its reload" in row.outcome


@pytest.mark.slow
def test_a_person_who_stops_it_while_a_device_restarts_gets_the_former_image_back(house):
    device = house.lab.devices[0]
    new, old = images.NEXT["cisco_ios"], images.FIRST["cisco_ios"]
    device.store[f"flash:/{new.name}"] = new
    before = device.running()
    with house.acting(house.engineer) as ctx, plain_risk():
        change = upgrade_to(device)(ctx, [house.ids[device.hostname]])

    def stop():
        with house.acting(house.engineer) as ctx:
            oversight.stop(ctx, change.id, note="alarm")

    device.second = 0.06  # it is away long enough to be stopped meanwhile
    house.runtime.settings = house.runtime.settings.model_copy(update={"lease_seconds": 5})
    at_line(device, "reload", stop)
    state, row = approved(house, change)
    assert (state, device.image, device.startup) == (State.ROLLED_BACK, old, before), row.outcome
