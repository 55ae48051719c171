"""The first and the last change on simulated devices: the right one, and nobody left behind it."""

from datetime import UTC, datetime, timedelta

import pytest

from inventory.drivers import states
from lab.network import Lab
from tests.inventory.conftest import login_to
from tests.playbooks.running import play

LINES = ["interface Loopback0", " description first"]
SHOWN = {
    "cisco_ios": "*%H:%M:%S.123 UTC %a %b %d %Y\n",
    "arista_eos": "%a %b %d %H:%M:%S %Y\nTimezone: UTC\nClock source: local\n",
    "linux": "%H:%M:%S UTC %a %b %d %Y\n",
}


@pytest.fixture(scope="module")
def lab():
    with Lab(devices=2, seed=3) as lab:
        yield lab


def commissioned(tmp_path, device, mode="run", **identity):
    """How the first change ended, and the last words about the device."""
    known = {"hostname": device.hostname, "serial": device.serial, **identity}
    result, heard = play(
        tmp_path, "commission", [login_to(device)], mode=mode, trimtab_lines=LINES,
        trimtab_files=[], trimtab_identity=known, trimtab_clock_seconds=300,
    )  # fmt: skip
    return result.status, heard[-1].text.split("\n")[0]


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_a_device_is_commissioned_saved_and_seen_to_be_manageable(lab, tmp_path, number):
    device = lab.devices[number]
    assert commissioned(tmp_path, device) == ("successful", "as expected (0 looked at)")
    assert "description first" in device.startup


@pytest.mark.slow
@pytest.mark.parametrize(("wrong", "told"), [
    ({"serial": "ANOTHER"}, "its serial number is LAB00000000, expected is ANOTHER"),
    ({"model": "ANOTHER"}, "its model is LAB-IOS-48, expected is ANOTHER"),
    ({"hostname": "another"}, "it calls itself site1-core01"),
])  # fmt: skip
def test_nothing_is_typed_on_another_device_than_the_expected_one(lab, tmp_path, wrong, told):
    before = lab.devices[0].running()
    assert commissioned(tmp_path, lab.devices[0], **wrong) == ("failed", told)
    assert lab.devices[0].running() == before


@pytest.mark.slow
def test_check_mode_looks_at_the_device_and_changes_nothing(lab, tmp_path):
    lab.apply(lab.devices[0], ["interface Loopback0", "description before"])
    before = lab.devices[0].running()
    assert commissioned(tmp_path, lab.devices[0], mode="check")[0] == "successful"
    assert lab.devices[0].running() == before


def shown(platform, off):
    """A device's answer whose clock is this far off."""
    return (datetime.now(UTC) + timedelta(seconds=off)).strftime(SHOWN[platform])


@pytest.mark.parametrize("platform", SHOWN)
@pytest.mark.parametrize(("off", "wrong"), [(0, 0), (-90, 1), (90, 1)])
def test_a_clock_is_right_within_the_seconds_that_were_told(platform, off, wrong):
    found = states.clock(lambda _: [shown(platform, off)], platform, seconds=30)
    assert len(found) == wrong


@pytest.mark.parametrize(("answer", "told"), [
    ("% Invalid input\n", "it shows no time"),
    ("10:00:00.000 CET Thu Nov 26 2026\n", "its clock shows CET; only UTC is compared"),
])  # fmt: skip
def test_a_clock_that_cannot_be_compared_is_told(answer, told):
    assert states.clock(lambda _: [answer], "cisco_ios", seconds=30) == [told]


def test_on_a_platform_whose_routing_is_not_asked_the_others_are_those_of_lldp():
    lldp = "Chassis id: x\nPort id: Eth1\nLocal Port id: Eth2\nSystem Name: sw9\n"
    found = states.others(lambda asked: [lldp, *("" for _ in asked[1:])], "cisco_nxos", ["sw8"])
    assert found == ["the neighbour sw9 is up"]
