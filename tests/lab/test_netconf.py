"""The simulated Junos device, as NAPALM sees it over NETCONF and a person on its command line."""

import napalm
import pytest
from napalm.base.exceptions import MergeConfigException

from lab.hands import talk
from lab.network import Fault, Lab


@pytest.fixture(scope="module")
def running_lab():
    with Lab(devices=1, platforms=("juniper_junos",)) as lab:
        yield lab


@pytest.fixture
def junos(running_lab):
    device = running_lab.devices[-1]
    before = device.running()
    yield device
    device.faults.clear()
    device.replace(before, username="console")
    device.candidate, device.locked_by, device.commits = None, None, []


@pytest.fixture
def connection(junos):
    driver = napalm.get_network_driver("junos")(
        junos.address, junos.username, junos.password, optional_args={"port": junos.port}
    )
    driver.open()
    yield driver
    driver.close()


def test_it_tells_its_facts(connection, junos):
    facts = connection.get_facts()
    assert (facts["model"], facts["serial_number"], facts["uptime"]) == (
        "LABX4800", junos.serial, 788_640.0,
    )  # fmt: skip
    assert (facts["hostname"], facts["fqdn"]) == (junos.hostname, f"{junos.hostname}.lab.example")


def test_it_shows_its_configuration_as_set_lines_too(connection):
    told = connection.get_config(retrieve="running", format="set")["running"]
    assert "set interfaces ge-0/0/0 unit 0 family inet address 10.213.1.2/30\n" in told


def test_a_loaded_line_is_compared_committed_and_gone_back_from(connection, junos):
    before = junos.running()
    connection.load_merge_candidate(config="set system ntp server 10.254.0.12")
    assert "+        server 10.254.0.12;" in connection.compare_config()
    connection.commit_config()
    assert "server 10.254.0.12;" in junos.running()
    connection.rollback()
    assert junos.running() == before


def test_a_discarded_candidate_changes_nothing(connection, junos):
    before = junos.running()
    connection.load_merge_candidate(config="system {\n    host-name other;\n}\n")
    connection.discard_config()
    assert (junos.running(), connection.compare_config()) == (before, "")


def test_an_unknown_statement_is_refused(connection):
    with pytest.raises(MergeConfigException, match="syntax error: telepathy"):
        connection.load_merge_candidate(config="set system services telepathy")
    assert connection.compare_config() == ""


def test_a_commit_that_breaks_a_rule_is_refused(connection, junos):
    before = junos.running()
    connection.load_merge_candidate(
        config="delete routing-options autonomous-system\n"
        "set protocols bgp group peers neighbor 10.0.0.1 peer-as 65002\n"
    )
    with pytest.raises(Exception, match="autonomous-system must be specified"):
        connection.commit_config()
    assert junos.running() == before


def test_a_commit_that_nobody_confirms_is_taken_back(connection, junos):
    before, junos.second = junos.running(), 0.001
    connection.load_merge_candidate(config="set system host-name other")
    connection.commit_config(revert_in=60)
    for _ in range(100):
        if junos.running() == before:
            break
        connection.get_config(retrieve="running")
    assert junos.running() == before


def test_a_candidate_that_another_session_has_locked_is_refused(connection, junos):
    junos.locked_by = 7
    with pytest.raises(Exception, match="locked by: session 7"):
        connection.load_merge_candidate(config="set system host-name other")


def test_a_person_configures_on_the_command_line(junos):
    shown = talk(junos, ["configure", "set snmp contact noc", "show | compare", "commit", "exit"])
    assert "+    contact noc;" in shown
    assert "commit complete" in shown
    assert "contact noc;" in junos.running()


def test_a_wrong_line_is_refused_on_the_command_line(junos):
    shown = talk(junos, ["configure", "set nonsense 1", "rollback", "exit", "show nonsense"])
    assert "error: syntax error: nonsense" in shown
    assert "unknown command." in shown


def test_half_a_configuration_is_shown_under_the_fault(connection, junos):
    junos.faults.add(Fault.CUT_OFF)
    shown = connection.get_config(retrieve="running")["running"]
    assert not shown.rstrip().endswith("\n}")
