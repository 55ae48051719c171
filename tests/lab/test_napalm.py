"""NAPALM's ios and eos drivers against the simulated devices."""

import time
from types import SimpleNamespace

import pytest
from napalm import get_network_driver
from napalm.base.exceptions import MergeConfigException, ReplaceConfigException
from netmiko.cisco import cisco_ios

from tests.lab.test_simulated import until

MERGE = "interface Loopback0\n description by napalm\nntp server 10.9.9.9\n"


@pytest.fixture
def ios_device(network):
    return network.devices[0]


@pytest.fixture
def ios(ios_device, monkeypatch):
    """A driver whose fixed pauses around tclsh are a fifth of Netmiko's: the lab is quick."""
    monkeypatch.setattr(
        cisco_ios, "time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 5))
    )
    options = {"port": ios_device.port, "secret": ios_device.enable_secret,
               "inline_transfer": True, "auto_file_prompt": True}  # fmt: skip
    driver = get_network_driver("ios")
    with driver(
        ios_device.address, ios_device.username, ios_device.password, optional_args=options
    ) as session:
        yield session


@pytest.fixture
def eos_device(network):
    return network.devices[1]


@pytest.fixture
def eos(eos_device):
    driver = get_network_driver("eos")
    options = {"transport": "http", "port": eos_device.eapi_port}
    with driver(
        eos_device.address, eos_device.username, eos_device.password, optional_args=options
    ) as session:
        yield session


@pytest.fixture(params=["ios", "eos"])
def both(request):
    """A driver and its device."""
    return request.getfixturevalue(request.param), request.getfixturevalue(
        f"{request.param}_device"
    )


def test_facts_name_the_device_and_its_interfaces(both):
    session, device = both
    facts = session.get_facts()
    assert (facts["hostname"], facts["serial_number"]) == (device.hostname, device.serial)
    assert sorted(facts["interface_list"]) == sorted(session.get_interfaces())
    assert "Loopback0" in facts["interface_list"]


def test_interfaces_are_described_as_configured(both, network):
    session, device = both
    network.apply(device, ["interface Loopback0", "shutdown", "description shut", "mtu 9000"])
    shown = session.get_interfaces()["Loopback0"]
    assert (shown["description"], shown["is_enabled"], shown["is_up"], shown["mtu"]) == (
        "shut", False, False, 9000,
    )  # fmt: skip


def test_neighbours_are_those_of_the_cables(both):
    session, device = both
    found = {port: one[0]["hostname"] for port, one in session.get_lldp_neighbors().items()}
    assert found == {one.interface: one.peer for one in device.neighbours}


def test_the_startup_configuration_is_told_from_the_running_one(both, network):
    session, device = both
    network.apply(device, ["ntp server 10.9.9.9"])
    shown = session.get_config()
    assert device.running().strip() in shown["running"]
    assert "10.9.9.9" not in shown["startup"]
    assert device.startup.strip() in shown["startup"]


def test_ios_merges_saves_and_rolls_back(ios, ios_device):
    before = ios_device.running()
    ios.load_merge_candidate(config=f"{MERGE}no ntp server 10.254.0.11\nend\n")
    assert ios.compare_config().splitlines() == [
        "+interface Loopback0", "+ description by napalm", "+ntp server 10.9.9.9",
        "-no ntp server 10.254.0.11",
    ]  # fmt: skip
    ios.commit_config()
    assert " description by napalm\n" in ios_device.startup
    assert "ntp server 10.254.0.11" not in ios_device.running()
    ios.rollback()
    ios.close()  # takes its own `file prompt quiet` back
    assert ios_device.running() == before


def test_ios_replaces_its_whole_configuration(ios, ios_device):
    wanted = ios.get_config()["running"].replace("description router id", "description replaced")
    ios.load_replace_candidate(config=wanted)
    assert ios.compare_config().splitlines() == [
        "interface Loopback0", " +description replaced", " -description router id",
    ]  # fmt: skip
    ios.commit_config()
    assert ios_device.startup == wanted[wanted.index("version") :].removesuffix("end")


def test_ios_rolls_back_a_merge_with_a_refused_line(ios, ios_device):
    ios.load_merge_candidate(config=f"{MERGE}frobnicate\nend\n")
    with pytest.raises(MergeConfigException, match="automatic rollback attempted"):
        ios.commit_config()
    assert "10.9.9.9" not in ios_device.running()


def test_ios_refuses_a_replacement_with_an_unknown_line(ios, ios_device):
    before = ios_device.running()
    ios.load_replace_candidate(config="hostname renamed\nfrobnicate\nend\n")
    with pytest.raises(ReplaceConfigException, match="frobnicate"):
        ios.commit_config()
    ios.close()
    assert ios_device.running() == before


def test_ios_discards_what_was_loaded(ios):
    ios.load_merge_candidate(config=f"{MERGE}end\n")
    ios.discard_config()
    assert ios.compare_config() == ""


def test_ios_keeps_a_change_that_napalm_confirms(ios, ios_device):
    ios.load_merge_candidate(config=f"{MERGE}end\n")
    ios.commit_config(revert_in=60)
    assert ios.has_pending_commit()
    assert "10.9.9.9" not in ios_device.startup
    ios.confirm_commit()
    assert not ios.has_pending_commit()
    assert "ntp server 10.9.9.9" in ios_device.startup


def test_eos_merges_saves_and_rolls_back(eos, eos_device):
    before = eos_device.running()
    eos.load_merge_candidate(config=MERGE)
    changed = [line for line in eos.compare_config().splitlines() if line[0] in "+-"]
    assert changed == [
        "-   description router id", "+   description by napalm", "+ntp server 10.9.9.9",
    ]  # fmt: skip
    eos.commit_config()
    assert "   description by napalm\n" in eos_device.startup
    eos.rollback()
    assert eos_device.running() == before


def test_eos_sees_no_difference_to_itself(eos):
    eos.load_replace_candidate(config=eos.get_config()["running"])
    assert eos.compare_config() == ""


def test_eos_replaces_its_whole_configuration(eos, eos_device):
    eos.load_replace_candidate(config="hostname renamed\nbanner login\nMine.\nEOF\n")
    eos.commit_config()
    assert eos_device.running() == "hostname renamed\nbanner login\nMine.\nEOF\n"


def test_eos_discards_what_was_loaded(eos, eos_device):
    before = eos_device.running()
    eos.load_merge_candidate(config=MERGE)
    assert "ntp server 10.9.9.9" in eos.get_config(retrieve="candidate")["candidate"]
    eos.discard_config()
    assert (eos_device.sessions, eos_device.running()) == ({}, before)


def test_eos_loads_nothing_of_a_candidate_with_a_refused_line(eos, eos_device):
    with pytest.raises(MergeConfigException, match="frobnicate"):
        eos.load_merge_candidate(config=f"{MERGE}frobnicate\n")
    assert (eos_device.sessions, "10.9.9.9" in eos_device.running()) == ({}, False)


def test_eos_keeps_a_change_that_napalm_confirms(eos, eos_device):
    eos.load_merge_candidate(config=MERGE)
    eos.commit_config(revert_in=60)
    assert eos.has_pending_commit()
    eos.confirm_commit()
    assert not eos.has_pending_commit()
    assert "ntp server 10.9.9.9" in eos_device.startup


def test_eos_takes_a_change_back_that_nobody_confirms(eos, eos_device):
    eos_device.second = 0.01
    before = eos_device.running()
    eos.load_merge_candidate(config=MERGE)
    eos.commit_config(revert_in=60)
    assert "ntp server 10.9.9.9" in eos_device.running()
    assert until(lambda: eos_device.running() == before)
