"""The severity of a drift follows from the sections that it touches."""

import pytest

from drift.engine import Difference
from drift.severity import severity_of


def line(text, *path, side="extra"):
    return Difference(path=path, line=text, side=side, running_line=None, intended_line=None)


@pytest.mark.parametrize(
    ("difference", "severity"),
    [
        (line("username eve privilege 15 secret 0 x"), "critical"),
        (line("no aaa new-model"), "critical"),
        (line(" permit ip any any", "ip access-list extended EDGE"), "critical"),
        (line(" transport input telnet", "line vty 0 4"), "critical"),
        (line(" description x", "line vty 0 4"), "critical"),
        (line("snmp-server community public RW"), "critical"),
        (line("snmp-server location roof"), "major"),
        (line("ntp server 192.0.2.1"), "major"),
        (line(" neighbor 192.0.2.1 remote-as 65001", "router bgp 65000"), "major"),
        (line(" ip address 192.0.2.1 255.255.255.0", "interface Vlan1"), "major"),
        (line(" no shutdown", "interface Vlan1"), "major"),
        (line(" description uplink", "interface Vlan1"), "info"),
        (line(" no description uplink", "interface Vlan1"), "info"),
        (line(" mtu 9000", "interface Vlan1"), "minor"),
        (line("ip domain name example.net"), "minor"),
    ],
)
def test_a_line_is_judged_by_itself_and_its_sections(difference, severity):
    assert severity_of([difference]) == severity


def test_the_gravest_line_decides():
    assert severity_of([line(" description x", "interface e0"), line("no aaa new-model")]) == (
        "critical"
    )


def test_no_difference_is_minor():
    assert severity_of([]) == "minor"
