"""Guards through Ansible: applied under a guard, confirmed or taken back by another playbook."""

import time

import pytest

from changes import ansible
from changes.playbooks import playbook
from changes.run_folder import Host
from lab.network import Lab
from tests.inventory.conftest import login_to

pytestmark = pytest.mark.slow
LINES = {
    "cisco_ios": ["interface Loopback0", " description guarded"],
    "arista_eos": ["interface Loopback0", " description guarded"],
    "juniper_junos": ["set system domain-name guarded"],
}
KINDS = {
    "cisco_ios": "revert_timer", "arista_eos": "commit_timer", "juniper_junos": "commit_confirmed",
}  # fmt: skip


@pytest.fixture
def lab():
    with Lab(devices=2, seed=3, platforms=["juniper_junos"]) as lab:
        lab.apply(lab.devices[0], ["archive", " path flash:archive"])
        for device in lab.devices:
            device.save()
        yield lab


def run(tmp_path, name, devices, **more):
    hosts = [
        Host(login=login_to(one), variables={"trimtab_guard": guard(one), **variables(name, one)})
        for one in devices
    ]
    heard = []
    result = ansible.run(
        playbook(name), hosts, runs=tmp_path / "runs", forks=3, seconds=120, tell=heard.append,
        go_on=lambda: True, **more,
    )  # fmt: skip
    return result, {one.host: one.text.split("\n")[0] for one in heard if one.host}


def guard(device):
    return {"kind": KINDS[device.platform], "minutes": 5, "name": "trimtab-C12-F34"}


def variables(name, device):
    lines = {"trimtab_lines": LINES[device.platform], "trimtab_files": []}
    return lines if name == "correct_drift" else {}


def test_what_is_applied_under_a_guard_is_kept_by_the_confirmation(lab, tmp_path):
    result, told = run(tmp_path, "correct_drift", lab.devices)
    assert (result.status, set(told.values())) == (
        "successful", {"in force; the device goes back after 5 min unless it is confirmed"},
    )  # fmt: skip
    assert all("guarded" in one.running() for one in lab.devices)
    assert not any("guarded" in one.startup for one in lab.devices)
    result, told = run(tmp_path, "confirm", lab.devices)
    assert (result.status, sorted(told.values())) == (
        "successful", ["confirmed", "confirmed and saved", "confirmed and saved"],
    )  # fmt: skip
    assert all(one.guard is None and "guarded" in one.running() for one in lab.devices)


def test_a_device_that_has_gone_back_is_named_by_the_confirmation(lab, tmp_path):
    ios = lab.devices[0]
    before, ios.second = ios.running(), 0.001
    run(tmp_path, "correct_drift", [ios])
    until = time.monotonic() + 10
    while ios.guard is not None and time.monotonic() < until:
        time.sleep(0.01)
    result, told = run(tmp_path, "confirm", [ios])
    assert result.failed == {ios.hostname}
    assert "it has gone back by itself after 5 minutes" in told[ios.hostname]
    assert ios.running() == before


def test_guarded_changes_are_taken_back_by_the_revert_playbook_and_no_second_time(lab, tmp_path):
    before = [one.running() for one in lab.devices]
    run(tmp_path, "correct_drift", lab.devices)
    result, told = run(tmp_path, "revert", lab.devices)
    assert (result.status, set(told.values())) == ("successful", {"taken back"})
    assert [one.running() for one in lab.devices] == before
    result, told = run(tmp_path, "revert", lab.devices[:1])
    assert result.status == "successful"
    assert "holds no change under the guard" in told[lab.devices[0].hostname]


def test_check_mode_arms_and_settles_nothing(lab, tmp_path):
    run(tmp_path, "correct_drift", lab.devices, mode="check")
    assert [one.guard for one in lab.devices] == [None, None, None]
    _, told = run(tmp_path, "confirm", lab.devices, mode="check")
    assert set(told.values()) == {"would confirm trimtab-C12-F34"}
