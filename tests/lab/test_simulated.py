import time

import pytest
from netmiko import ConnectHandler

from lab import hands

BOTH = pytest.mark.parametrize("index", [0, 1], ids=["ios", "eos"])


def login(device, **more):
    return ConnectHandler(
        device_type=device.platform, host=device.address, port=device.port,
        username=device.username, password=device.password, secret=device.enable_secret or "",
        **more,
    )  # fmt: skip


def until(happened, *, seconds=5.0):
    """Wait until it happened, or the time is over."""
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.01)
    return happened()


@BOTH
def test_netmiko_reads_the_whole_running_configuration(network, index):
    device = network.devices[index]
    with login(device) as session:
        session.enable()
        shown = session.send_command("show running-config")
    assert shown.rstrip().endswith("end")
    assert device.running().strip() in shown


@BOTH
def test_configuration_lines_change_the_running_and_not_the_startup(network, index):
    device = network.devices[index]
    before = device.startup
    with login(device) as session:
        session.enable()
        session.send_config_set(["interface Loopback0", "description by netmiko"])
    assert "description by netmiko" in device.running()
    assert "description router id" not in device.running()
    assert device.startup == before


@BOTH
def test_write_memory_makes_the_running_the_startup(network, index):
    device = network.devices[index]
    hands.type_lines(device, ["ntp server 10.254.0.99"])
    assert "ntp server 10.254.0.99" in device.startup


def test_before_enable_nothing_is_configured_or_saved(network):
    device = network.devices[0]
    network.apply(device, ["ntp server 10.254.0.99"])
    said = hands.talk(device, ["configure terminal", "write memory", "show running-config"])
    assert said.count("% Invalid input detected") == 3
    assert "10.254.0.99" not in device.startup


def test_a_wrong_enable_secret_is_refused(network):
    device = network.devices[0]
    assert "% Access denied" in hands.talk(device, ["enable", "wrong", "show clock"])


def test_a_line_that_the_device_does_not_know_is_refused(network):
    said = hands.type_lines(network.devices[0], ["frobnicate the router"])
    assert "% Invalid input detected" in said
    assert "frobnicate" not in network.devices[0].running()


def test_a_global_line_leaves_the_section_it_is_typed_in(network):
    device = network.devices[0]
    hands.type_lines(device, ["interface Loopback0", "ntp server 10.254.0.99"])
    assert "\nntp server 10.254.0.99\n" in device.running()


def test_no_removes_a_line_and_a_section(network):
    device = network.devices[0]
    hands.type_lines(device, ["no ntp server 10.254.0.11", "no route-map CONNECTED permit 10"])
    assert "10.254.0.11" not in device.running()
    assert "route-map CONNECTED" not in device.running()


def test_output_is_paged_until_the_terminal_length_is_zero(network):
    device = network.devices[2]
    with login(device) as session:
        session.write_channel("terminal length 24\n")
        session.read_until_prompt()
        session.write_channel("show running-config\n")
        assert "--More--" in session.read_until_pattern("--More--")
        session.write_channel("q")
        session.read_until_prompt()


def test_an_included_word_leaves_only_its_lines(network):
    said = hands.talk(network.devices[2], ["show running-config | include ^ntp"])
    assert "ntp server 10.254.0.11\nntp server 10.254.0.12\nsite1" in said


@BOTH
def test_both_ends_of_a_cable_name_each_other(network, index):
    by_name = {device.hostname: device for device in network.devices}
    device = network.devices[index]
    for one in device.neighbours:
        others = {(two.peer, two.peer_interface) for two in by_name[one.peer].neighbours}
        assert (device.hostname, one.interface) in others


def test_the_journal_holds_what_was_typed(network):
    device = network.devices[1]
    hands.type_lines(device, ["ntp server 10.254.0.99"])
    typed = [entry.line for entry in device.journal if entry.mode == "config"]
    assert typed == ["ntp server 10.254.0.99", "end"]


def test_ios_asks_before_it_copies_unless_told_to_be_quiet(network):
    device = network.devices[2]
    copying = ["copy running-config flash:x", ""]
    quiet = ["configure terminal", "file prompt quiet", "end", "copy running-config flash:y"]
    said = hands.talk(device, [*copying, *quiet])
    assert said.count("Destination filename [x]?") == 1
    assert said.count("bytes copied") == 2
    assert list(device.files) == ["flash:/x", "flash:/y"]


def test_ios_replaces_its_configuration_only_when_it_is_sure(network):
    device = network.devices[2]
    device.files["flash:/x"] = "hostname renamed\nend\n"
    before = device.running()
    hands.talk(device, ["configure replace flash:x", "no"])
    assert device.running() == before
    hands.talk(device, ["configure replace flash:x", "y"])
    assert device.running() == "hostname renamed\n"


def test_ios_replaces_nothing_by_a_file_with_unknown_lines(network):
    device = network.devices[2]
    device.files["flash:/x"] = "hostname renamed\nfrobnicate\nend\n"
    before = device.running()
    said = hands.talk(device, ["configure replace flash:x force"])
    assert "failed to apply to the IOS image.\n********\nfrobnicate\n" in said
    assert device.running() == before


def test_the_archive_shows_a_rule_that_moved_on_both_places(network):
    device = network.devices[2]
    rule = " permit tcp 10.2.0.0 0.0.255.255 any eq 22\n"
    last = " deny ip any any log\n"
    device.files["flash:/x"] = device.running().replace(rule, "").replace(last, last + rule)
    said = hands.talk(device, ["show archive config differences system:running-config flash:x"])
    marked = rule.strip()
    assert f"\nip access-list extended MANAGEMENT\n +{marked}\n -{marked}\nsite1" in said


def test_the_archive_lists_only_the_commands_of_a_file_that_change_something(network):
    device = network.devices[2]
    device.files["flash:/x"] = (
        "ntp server 10.254.0.11\ninterface Loopback9\n description new\n"
        "banner motd ^C\nHello.\n^C\nno ntp server 10.9.9.9\nend\n"
    )
    said = hands.talk(device, ["show archive config incremental-diffs flash:x"])
    commands = "interface Loopback9\n description new\nbanner motd ^C\nHello.\n^C\nend\n"
    assert f"!List of Commands:\n{commands}site1" in said


def test_ios_takes_an_unconfirmed_change_back(network):
    device = network.devices[2]
    device.second = 0.01
    before = device.running()
    hands.talk(device, ["configure terminal revert timer 1", "hostname renamed", "end"])
    assert "hostname renamed" in device.running()
    assert until(lambda: device.running() == before)


@pytest.mark.parametrize(
    ("command", "kept"), [("configure confirm", True), ("configure revert now", False)]
)
def test_ios_keeps_a_confirmed_change_and_takes_a_reverted_one_back(network, command, kept):
    device = network.devices[2]
    hands.talk(device, ["configure terminal revert timer 1", "hostname renamed", "end", command])
    assert device.guard is None
    assert ("hostname renamed" in device.running()) is kept


def test_ios_guards_no_change_without_an_archive(network):
    device = network.devices[2]
    network.apply(device, ["no archive"])
    said = hands.talk(device, ["configure terminal revert timer 1", "show archive"])
    assert "%Please turn config archive on" in said
    assert "Archive feature not enabled" in said


def test_an_eos_session_changes_nothing_until_its_commit(network):
    device = network.devices[1]
    before = device.running()
    said = hands.talk(device, ["configure session mine", "ntp server 10.254.0.99",
                               "show session-config diffs", "end"])  # fmt: skip
    assert "(config-s-mine)#" in said
    assert "\n+ntp server 10.254.0.99\n" in said
    assert device.running() == before
    hands.talk(device, ["configure session mine", "commit"])
    assert "ntp server 10.254.0.99" in device.running()


def test_an_aborted_eos_session_is_gone(network):
    device = network.devices[1]
    hands.talk(device, ["configure session mine", "ntp server 10.254.0.99", "abort"])
    assert "does not exist" in hands.talk(device, ["configure session mine commit"])
    assert "10.254.0.99" not in device.running()


def test_eos_takes_an_unconfirmed_commit_back(network):
    device = network.devices[1]
    device.second = 0.01
    before = device.running()
    hands.talk(device, ["configure session mine", "ntp server 10.254.0.99",
                        "commit timer 00:01:00"])  # fmt: skip
    assert "10.254.0.99" in device.running()
    assert until(lambda: device.running() == before)


@pytest.mark.parametrize(("last", "kept"), [("commit", True), ("abort", False)])
def test_eos_keeps_a_confirmed_commit_and_takes_an_aborted_one_back(network, last, kept):
    device = network.devices[1]
    hands.talk(device, ["configure session mine", "ntp server 10.254.0.99",
                        "commit timer 00:01:00", f"configure session mine {last}"])  # fmt: skip
    assert (device.guard, device.sessions) == (None, {})
    assert ("10.254.0.99" in device.running()) is kept
