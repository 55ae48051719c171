"""What devices said of themselves and how they are reached, over REST and on their page."""

import pytest

from inventory import reports
from inventory.drivers.protocol import Facts, Interface, Item
from inventory.models import Device


@pytest.fixture
def told(world):
    """The device said something of itself, and has unsaved changes."""
    facts = Facts(
        uptime=60, items=(Item(name="Chassis", serial="FDO1"),),
        interfaces=(Interface(name="Gi0/1", up=True, addresses=("192.0.2.1/24",)),),
    )  # fmt: skip
    with world.context() as ctx:
        device = ctx.get(Device, world.device_id)
        reports.take(ctx, device, facts, saved=False, before=None)
        ctx.record("test.arranged", device)


@pytest.mark.usefixtures("told")
def test_a_devices_report_is_told(rest, world):
    told = rest("auditor").get(f"/devices/{world.device_id}/report").json()
    told.pop("seen_at")
    assert told == {
        "saved": False, "uptime": 60,
        "interfaces": [{"name": "Gi0/1", "up": True, "description": "", "speed": None,
                        "addresses": ["192.0.2.1/24"]}],
        "items": [{"name": "Chassis", "part": "", "serial": "FDO1"}],
    }  # fmt: skip


def test_a_site_is_reached_through_a_device_until_that_ends(rest, world):
    path = f"/sites/{world.site_id}/jump"
    hostname = world.drifted.hostname
    answer = rest("engineer").post(path, json={"hostname": hostname})
    assert (answer.status_code, answer.json()["jump"]) == (201, hostname)
    ended = rest("engineer").post(path, json={"hostname": None})
    assert (ended.status_code, ended.json()["jump"]) == (201, None)


def test_an_unknown_jump_host_is_not_found(rest, world):
    answer = rest("engineer").post(f"/sites/{world.site_id}/jump", json={"hostname": "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
