"""Platforms as data, and what is read from their answers."""

import pytest

from inventory.drivers import reading
from inventory.drivers.probe import recognised
from inventory.drivers.protocol import Facts, Neighbour
from inventory.platforms import Commands, UnknownPlatform, known_platforms, platform_of


def test_an_unknown_platform_names_the_near_ones():
    with pytest.raises(UnknownPlatform, match="Did you mean cisco_ios") as raised:
        platform_of("cisco_io")
    assert raised.value.code == "unknown_platform"


def test_a_platform_like_no_other_gets_no_guess():
    with pytest.raises(UnknownPlatform, match="trimtab device platforms"):
        platform_of("0")


def test_every_platform_is_one_that_netmiko_has():
    from netmiko.ssh_dispatcher import CLASS_MAPPER  # noqa: PLC0415 - slow, needed here only

    assert [one.name for one in known_platforms() if one.netmiko not in CLASS_MAPPER] == []


def test_a_family_gives_its_commands_to_each_platform():
    assert platform_of("huawei").commands == Commands(
        running="display current-configuration", startup="display saved-configuration",
        version="display version",
    )  # fmt: skip


def test_an_alias_is_the_same_platform_under_its_own_name():
    ios, xe = platform_of("cisco_ios"), platform_of("cisco_xe")
    assert (xe.name, xe.netmiko, xe.secrets) == ("cisco_xe", "cisco_ios", ios.secrets)


IOS_LLDP = """
------------------------------------------------
Local Intf: Gi0/1
Chassis id: 0011.2233.4455
Port id: Gi0/24
Port Description: uplink
System Name: sw2.example.com

Management Addresses:
    IP: 10.1.1.2

------------------------------------------------
Local Intf: Gi0/2
Port id: Gi0/1
System Name: sw3

Total entries displayed: 2
"""


def test_ios_neighbours_are_read_with_and_without_address():
    assert reading.neighbours(platform_of("cisco_ios"), IOS_LLDP) == (
        Neighbour(interface="Gi0/1", peer_name="sw2", peer_interface="Gi0/24",
                  peer_address="10.1.1.2"),
        Neighbour(interface="Gi0/2", peer_name="sw3", peer_interface="Gi0/1"),
    )  # fmt: skip


def test_eos_neighbours_are_read():
    shown = (
        "Interface Ethernet1 detected 1 LLDP neighbors:\n\n  Neighbor 0011/Et2, age 12 seconds\n"
        '  - Port ID type: Interface name(5)\n    Port ID     : "Ethernet2"\n'
        '  - System Name: "sw2.example.com"\n    - Management Address        : 10.1.1.2\n'
        "Interface Ethernet2 detected 0 LLDP neighbors:\n"
    )
    assert reading.neighbours(platform_of("arista_eos"), shown) == (
        Neighbour(interface="Ethernet1", peer_name="sw2", peer_interface="Ethernet2",
                  peer_address="10.1.1.2"),
    )  # fmt: skip


def test_a_platform_without_lldp_has_no_neighbours():
    assert reading.neighbours(platform_of("frr"), IOS_LLDP) == ()


def test_facts_that_are_not_told_are_unknown():
    assert reading.facts(platform_of("frr"), "FRRouting 8.4.4 (r1).\n") == Facts(os_version="8.4.4")


@pytest.mark.parametrize(
    ("running", "prompt", "expected", "name"),
    [
        ("hostname r1\n", "r1#", "r1", "r1"),
        ("hostname r1\n", "r1#", "R1.example.com", "r1"),
        ("hostname debian\nhostname r1\n", "r1#", "r1", "r1"),
        ("hostname other\n", "r1#", "r1", "other"),
        ("hostname r1\n", "relay>", "r1", "relay"),
        ("", "r1#", "r1", "r1"),
        ("hostname a-very-long-hostname-in-site-1\n", "a-very-long-hostname#",
         "a-very-long-hostname-in-site-1", "a-very-long-hostname-in-site-1"),
        ("", "<r1>", "r1", "r1"),
        ("", "bob@r1>", "r1", "r1"),
        ("", "(r1) #", "r1", "r1"),
        ("", "bob@fw-r1(active)>", "r1", "fw-r1"),
        ("", "$", "r1", ""),
    ],
)  # fmt: skip
def test_the_name_that_a_device_goes_by(running, prompt, expected, name):
    found = reading.hostname(platform_of("frr"), running=running, prompt=prompt, expected=expected)
    assert found == name


def test_a_prompt_of_its_own_may_be_declared():
    found = reading.hostname(
        platform_of("frr"), running="hostname r1\n", prompt="core#", expected="r1",
        expected_prompt="core",
    )  # fmt: skip
    assert found == "r1"


def test_an_address_as_a_name_is_not_shortened():
    assert (reading.short_name("10.1.1.1"), reading.short_name("a.b.c")) == ("10.1.1.1", "a")


@pytest.mark.parametrize(
    ("shown", "platform"),
    [
        ("Cisco IOS Software, Version 15.2", "cisco_ios"),
        ("Cisco IOS XR Software, Version 7.1", "cisco_xr"),
        ("Cisco Nexus Operating System (NX-OS) Software", "cisco_nxos"),
        ("Arista DCS-7050", "arista_eos"),
        ("FRRouting 8.4.4 (r1) on Linux(5.10)", "frr"),
        ("Junos: 21.1", "juniper_junos"),
        ("sh: show: not found\nLinux web 6.1.0", "linux"),
        ("what?", None),
    ],
)
def test_a_platform_is_recognised_by_its_words(shown, platform):
    assert recognised(shown) == platform
