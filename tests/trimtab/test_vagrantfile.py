"""The virtual machines of the Vagrantfile are the lab in namespaces, and a controller."""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lab.real import plans, virtual

ROOT = Path(__file__).parents[2]
STUB = Path(__file__).parent / "vagrant.rb"
NAMES = ["controller", "real-router1", "real-router2", "real-server1"]


def found(program, where):
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program}: {where}")
    return path


@pytest.fixture
def ruby():
    return found("ruby", "apt-get install ruby")


@pytest.fixture
def checkout(tmp_path):
    """A copy of what the Vagrantfile reads, as it makes a key beside itself."""
    shutil.copy(ROOT / "Vagrantfile", tmp_path)
    shutil.copytree(ROOT / "lab" / "provision", tmp_path / "lab" / "provision")
    return tmp_path


@pytest.fixture
def defined(checkout, ruby):
    found("ssh-keygen", "apt-get install openssh-client")
    done = subprocess.run(
        [ruby, "-w", STUB, checkout / "Vagrantfile"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def scripts(machine):
    return [one for one in machine["provisions"] if one["kind"] == "shell"]


def test_the_file_is_ruby(ruby):
    done = subprocess.run([ruby, "-c", ROOT / "Vagrantfile"], capture_output=True, check=True)
    assert done.stdout == b"Syntax OK\n"


def test_vagrant_finds_it_valid(checkout):
    vagrant = found("vagrant", "the host of virtual machines has it")
    subprocess.run([vagrant, "validate", "--ignore-provider"], cwd=checkout, check=True)


def test_what_it_reads_is_what_the_plans_of_the_lab_say():
    assert virtual.FILE.read_text() == virtual.text()


def test_a_controller_two_routers_and_a_server_run_debian_12(defined):
    assert defined["box"] == "debian/bookworm64"
    assert list(defined["machines"]) == NAMES
    assert [name for name, one in defined["machines"].items() if one["primary"]] == ["controller"]


def test_all_machines_are_in_one_private_network_and_the_routers_on_a_cable(defined):
    networks = {name: one["networks"] for name, one in defined["machines"].items()}
    assert {name: nets[0]["ip"] for name, nets in networks.items()} == {
        "controller": "192.168.56.10", "real-router1": "192.168.56.11",
        "real-router2": "192.168.56.12", "real-server1": "192.168.56.13",
    }  # fmt: skip
    cables = {name: [(net["virtualbox__intnet"], net["ip"]) for net in nets[1:]]
              for name, nets in networks.items()}  # fmt: skip
    assert cables == {
        "controller": [], "real-router1": [("trimtab-10.254.0.1", "10.254.0.1")],
        "real-router2": [("trimtab-10.254.0.1", "10.254.0.2")], "real-server1": [],
    }  # fmt: skip


def test_each_machine_is_made_by_the_script_of_its_role_in_the_synced_folder(defined):
    assert defined["synced"] == [".", "/vagrant", "rsync"]
    for name, machine in defined["machines"].items():
        packages, role = scripts(machine)
        assert packages["inline"].startswith("sh /vagrant/lab/provision/packages.sh ")
        script = Path(role["inline"].removeprefix("sh /vagrant/"))
        assert (ROOT / script).exists(), name
        assert script.stem in name


def test_routers_get_the_settings_of_those_in_namespaces_but_for_their_interfaces(defined):
    for planned in plans.machines(slot=0, routers=2, servers=1, public_key="x"):
        told = scripts(defined["machines"][planned.hostname])[1]["env"]
        same = set(planned.environment) - {"ADDRESS", "ROLE", "LOGIN_KEY", "LINKS"}
        assert {name: told[name] for name in same} == {
            name: planned.environment[name] for name in same
        }
        links = planned.environment.get("LINKS", "").replace("eth1,", "eth2,")
        assert told.get("LINKS", "") == links


def test_the_key_is_made_once_and_only_the_controller_holds_it(defined, checkout, ruby):
    key = checkout / ".vagrant" / "trimtab" / "id_ed25519"
    keys = {scripts(one)[1]["env"]["LOGIN_KEY"] for one in defined["machines"].values()}
    assert keys == {key.with_suffix(".pub").read_text().strip()}
    holders = [name for name, one in defined["machines"].items()
               for step in one["provisions"] if step["kind"] == "file"]  # fmt: skip
    assert holders == ["controller"]
    before = key.read_text()
    subprocess.run([ruby, STUB, checkout / "Vagrantfile"], capture_output=True, check=True)
    assert key.read_text() == before


def test_the_controllers_file_of_devices_can_be_imported(defined):
    script = (ROOT / "lab/provision/controller.sh").read_text()
    part = script[script.index("files=") : script.index("chown")] + "devices\n"
    told = scripts(defined["machines"]["controller"])[1]["env"]["DEVICES"]
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", part], env={"DEVICES": told, "PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [(one["hostname"], one["platform"], one["credential"]) for one in rows] == [
        ("real-router1", "frr", "netops"), ("real-router2", "frr", "netops"),
        ("real-server1", "linux", "root"),
    ]  # fmt: skip
    assert json.loads(rows[2]["options"])["files"][0] == "/etc/motd"
