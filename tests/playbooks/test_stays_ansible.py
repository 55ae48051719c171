"""Our actions are Ansible's like any other: check, diff, no_log, tags, delegation, neighbours."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml

from changes import ansible
from changes.playbooks import playbook, shelve
from changes.run_folder import Host
from inventory.drivers import host_keys
from lab.network import Lab
from tests.inventory.conftest import login_to

pytestmark = pytest.mark.slow
META = {
    "title": "Ours", "risk": "low", "platforms": ["cisco_ios"], "check_mode": True,
    "rollback": {"how": ["none"], "words": "Nothing of a test is undone."},
    "verification": "none_expected",
    "inputs": {"type": "object", "additionalProperties": False, "properties": {}},
}  # fmt: skip
BOTH = "trimtab_devices"


@pytest.fixture(scope="module")
def lab():
    with Lab(devices=2, seed=3) as lab:
        yield lab


@pytest.fixture
def short():
    """A folder of a short name: a socket's path has 107 characters at most."""
    with TemporaryDirectory(prefix="t") as place:
        yield Path(place)


@pytest.fixture
def play(lab, tmp_path, short):
    """Run tasks as a playbook beside ours; what was heard, and how it ended."""

    def play(*tasks, devices=lab.devices, mode="run", **more):
        shelf = shelve(tmp_path)
        (shelf / "ours").mkdir()
        book = [
            {"name": "Ours", "hosts": BOTH, "gather_facts": False, "tasks": list(tasks), **more}
        ]
        (shelf / "ours" / "playbook.yml").write_text(yaml.safe_dump(book))
        (shelf / "ours" / "meta.yml").write_text(yaml.safe_dump(META))
        heard = []
        hosts = [Host(login=pinned(one), variables={}) for one in devices]
        result = ansible.run(
            playbook("ours", shelf), hosts, runs=short, forks=2, seconds=120,
            tell=heard.append, go_on=lambda: True, mode=mode,
        )  # fmt: skip
        return result, [one for one in heard if one.host]

    return play


def pinned(device):
    login = login_to(device)
    return replace(login, host_key=host_keys.fetch(login))


def typing(*lines, **more):
    return {"name": "Type", "trimtab_lines": {"lines": list(lines)}, **more}


def test_check_mode_and_diff_tell_what_would_come(lab, play):
    before = [one.running() for one in lab.devices]
    result, told = play(typing("ntp server 10.7.7.1"), mode="check")
    assert (result.status, {one.how for one in told}) == (
        "successful", {"computed", "config session"},
    )  # fmt: skip
    assert all("+" in one.diffs[0].prepared for one in told)
    assert [one.running() for one in lab.devices] == before


@pytest.mark.parametrize("mode", ["run", "check"])
def test_no_log_hides_lines_answers_and_differences(lab, play, mode):
    address = {"run": "10.7.7.2", "check": "10.7.8.2"}[mode]
    result, told = play(typing(f"ntp server {address}", no_log=True), mode=mode)
    assert result.status == "successful"
    assert address not in "".join(map(repr, told))
    assert [address in one.running() for one in lab.devices] == [mode == "run"] * 2


def test_tags_choose_the_tasks(lab, play):
    result, _ = play(
        typing("ntp server 10.7.7.3", tags=["never"]), typing("ntp server 10.7.7.4", tags=["x"])
    )
    assert result.status == "successful"
    assert all("10.7.7.3" not in one.running() for one in lab.devices)
    assert all("10.7.7.4" in one.running() for one in lab.devices)


def test_a_task_that_is_delegated_works_on_the_other_device(lab, play):
    ios, eos = lab.devices
    task = typing("ntp server 10.7.7.5", delegate_to=eos.hostname, run_once=True)
    result, _ = play(task)
    assert result.status == "successful"
    assert ["10.7.7.5" in one.running() for one in (ios, eos)] == [False, True]


def test_a_task_that_is_delegated_to_this_machine_works_on_its_own_device(lab, play):
    ios = lab.devices[0]
    result, _ = play(typing("ntp server 10.7.7.6", delegate_to="localhost"), devices=[ios])
    assert result.status == "successful"
    assert "10.7.7.6" in ios.running()


def test_a_task_delegated_to_a_host_that_is_not_of_the_run_fails_with_a_reason(lab, play):
    result, told = play(typing("ntp server 10.7.7.7", delegate_to="elsewhere"))
    assert result.failed == {one.hostname for one in lab.devices}
    assert {one.text for one in told} == {"No login was handed over for elsewhere."}


def test_modules_of_a_collection_run_beside_ours_with_the_same_login(lab, play):
    ios = lab.devices[0]
    vars_ = {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_password": "{{ lookup('trimtab_login', 'password') }}",
        "ansible_become": True, "ansible_become_method": "enable",
        "ansible_become_password": "{{ lookup('trimtab_login', 'enable') }}",
    }  # fmt: skip
    theirs = {"name": "Theirs", "cisco.ios.ios_config": {"lines": ["ntp server 10.7.7.8"]},
              "vars": vars_}  # fmt: skip
    result, told = play(typing("ntp server 10.7.7.9"), theirs, devices=[ios])
    assert (result.status, [one.task for one in told]) == ("successful", ["Type", "Theirs"]), told
    assert all(f"ntp server 10.7.7.{number}" in ios.running() for number in (8, 9))
