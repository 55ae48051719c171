import pytest
from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoAuthenticationException

from lab import hands
from lab.network import Fault


def login(device, **more):
    return ConnectHandler(
        device_type=device.platform, host=device.address, port=device.port,
        username=device.username, password=device.password, secret=device.enable_secret or "",
        **more,
    )  # fmt: skip


@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_netmiko_reads_the_whole_running_configuration(network, index):
    device = network.devices[index]
    with login(device) as session:
        session.enable()
        shown = session.send_command("show running-config")
    assert shown.rstrip().endswith("end")
    assert device.running().strip() in shown


@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_configuration_lines_change_the_running_and_not_the_startup(network, index):
    device = network.devices[index]
    before = device.startup
    with login(device) as session:
        session.enable()
        session.send_config_set(["interface Loopback0", "description by netmiko"])
    assert "description by netmiko" in device.running()
    assert device.startup == before


@pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])
def test_write_memory_makes_the_running_the_startup(network, index):
    device = network.devices[index]
    hands.type_lines(device, ["ntp server 10.254.0.99"])
    assert "ntp server 10.254.0.99" in device.startup


def test_a_line_that_the_device_does_not_know_is_refused(network):
    said = hands.type_lines(network.devices[0], ["frobnicate the router"])
    assert "% Invalid input detected" in said
    assert "frobnicate" not in network.devices[0].running()


def test_no_removes_a_line_and_a_section(network):
    device = network.devices[0]
    hands.type_lines(device, ["no ntp server 10.254.0.11", "no route-map CONNECTED permit 10"])
    assert "10.254.0.11" not in device.running()
    assert "route-map CONNECTED" not in device.running()


def test_output_is_paged_until_the_terminal_length_is_zero(network):
    device = network.devices[2]
    with login(device, session_log=None) as session:
        session.write_channel("terminal length 24\n")
        session.read_until_prompt()
        session.write_channel("show running-config\n")
        assert "--More--" in session.read_until_pattern("--More--")


def test_a_cut_off_device_shows_no_end(network):
    device = network.devices[2]
    network.set_fault(device, Fault.CUT_OFF)
    with login(device) as session:
        assert not session.send_command("show running-config").rstrip().endswith("end")


def test_a_device_that_refuses_logins_refuses_the_right_password(network):
    device = network.devices[2]
    network.set_fault(device, Fault.REFUSED_LOGIN)
    with pytest.raises(NetmikoAuthenticationException):
        login(device)


def test_a_refused_save_says_so_and_saves_nothing(network):
    device = network.devices[2]
    network.set_fault(device, Fault.REFUSED_SAVE)
    before = device.startup
    said = hands.type_lines(device, ["ntp server 10.254.0.99"])
    assert "Permission denied" in said
    assert device.startup == before


def test_the_journal_holds_what_was_typed(network):
    device = network.devices[1]
    hands.type_lines(device, ["ntp server 10.254.0.99"])
    typed = [entry.line for entry in device.journal if entry.mode == "config"]
    assert typed == ["ntp server 10.254.0.99", "end"]
