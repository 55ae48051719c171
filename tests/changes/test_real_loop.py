"""The whole way on real FRR routers and a real Linux server."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from changes import execution
from changes.models import ExecutionEvent, VerificationResult
from changes.states import State
from core.records import verify
from inventory.credentials import create_credential
from inventory.devices import add_device
from inventory.models import Credential, Device, HostKey
from operations.models import Event
from organization.units import by_code
from tests.changes.conftest import ALL, approved, requested, staffed
from tests.real_devices import real_lab

__all__ = ["real_lab"]

pytestmark = pytest.mark.real

MOTD = "/etc/motd"
FILES = {"linux": {"files": [MOTD, "/etc/ssh/sshd_config.d/50-hardening.conf"]}}
DRIFT = {
    "frr": ["interface lo", "description changed by somebody"],
    "linux": [f"echo 'changed by somebody' >>{MOTD}"],
}
SHOWN = {"frr": "show running-config", "linux": f"cat {MOTD}"}
KEPT = {"frr": "/etc/frr/frr.conf", "linux": MOTD}  # what is there after a restart
PUT_BACK = {
    "frr": ["interface lo", "no description"],
    "linux": [f"sed -i '/changed by somebody/d' {MOTD}"],
}


@pytest.fixture
def fleet(runtime, real_lab, tmp_path):
    """A router and the server in the CMDB, with what runs on them as baseline."""
    house = staffed(runtime, None)
    key = tmp_path / "login.key"
    key.touch(mode=0o600)
    key.write_text(real_lab[0].key)
    for device in real_lab[1:]:
        enrol(house, device, key_ref=f"file:{key}")
    house.approve_what_runs()
    return house


@pytest.fixture(params=["frr", "linux"])
def drifted(request, real_lab, fleet):  # noqa: ARG001 - the baseline comes before the drift
    """A device that somebody changed by hand over SSH, and saved."""
    device = next(one for one in real_lab[1:] if one.platform == request.param)
    device.type_lines(DRIFT[device.platform])
    yield device
    device.type_lines(PUT_BACK[device.platform])


def enrol(house, device, *, key_ref):
    with house.acting(ALL) as ctx:
        credential = create_credential(
            ctx, name=f"login of {device.hostname}", username=device.username, key_ref=key_ref,
            unit=by_code(ctx, "ops"),
        )  # fmt: skip
        house.ids[device.hostname] = add_device(
            ctx, hostname=device.hostname, site_code="lab", platform=device.platform,
            address=device.address, credential=credential, options=FILES.get(device.platform),
        ).id  # fmt: skip


def rows(house, query):
    with house.acting(house.auditor) as ctx:
        return ctx.session.scalars(query).all()


def told(house, status):
    """What Ansible told of the tasks that ended so."""
    return rows(house, select(ExecutionEvent.text).where(ExecutionEvent.status == status))


def test_the_key_of_each_real_host_is_pinned_at_the_first_contact(fleet, real_lab):
    pinned = rows(fleet, select(HostKey).order_by(HostKey.device_id))
    assert [f"{one.algorithm} {one.public_key}" for one in pinned] == [
        " ".join(device.host_key.split()[:2]) for device in real_lab[1:]
    ]


def test_each_platform_has_its_driver_and_stays_in_sync_untouched(fleet, real_lab):
    drivers = rows(fleet, select(Device.driver).order_by(Device.id))
    seen = [fleet.observe(device.hostname).outcome for device in real_lab[1:]]
    assert (drivers, seen) == (["frr", "linux"], ["in_sync", "in_sync"])


@pytest.mark.slow
def test_a_change_by_hand_is_found_approved_corrected_and_verified(fleet, drifted):
    assert fleet.observe(drifted.hostname).verdict == "unauthorised"
    change = requested(fleet, drifted.hostname)
    approved(fleet, change)
    state = execution.execute(fleet.runtime, change.id, worker="w1")
    assert (state, told(fleet, "failed")) == (State.SUCCEEDED, [])
    assert "changed by somebody" not in drifted.run(SHOWN[drifted.platform])
    assert "changed by somebody" not in drifted.read(KEPT[drifted.platform])
    assert fleet.finding(drifted.hostname).state == "resolved"
    assert set(rows(fleet, select(VerificationResult.as_declared))) == {True}
    assert rows(fleet, select(Event.state)) == ["closed"]
    assert told(fleet, "ok")
    with fleet.acting(fleet.auditor) as ctx:
        assert verify(ctx).ok


@pytest.mark.slow
@pytest.mark.parametrize("drifted", ["frr"], indirect=True)
def test_a_router_that_refuses_to_save_is_put_back_and_says_why(fleet, drifted):
    fleet.observe(drifted.hostname)
    change = requested(fleet, drifted.hostname)
    approved(fleet, change)
    become(fleet, replace(drifted, username="trainee"))
    assert execution.execute(fleet.runtime, change.id, worker="w1") is State.ROLLED_BACK
    assert "changed by somebody" in drifted.run("show running-config")
    assert "changed by somebody" in drifted.read("/etc/frr/frr.conf")
    said = told(fleet, "failed")[0]
    assert "refused to save" in said
    assert "Permission denied" in said


def become(house, device):
    """Sign in as another account from now on."""
    with house.acting(ALL) as ctx:
        login = ctx.session.scalar(
            select(Credential).where(Credential.name == f"login of {device.hostname}")
        )
        login.username = device.username
        ctx.record("test.arranged", login)
