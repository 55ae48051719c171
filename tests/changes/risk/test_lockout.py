"""Which lines touch the management path, by platform: real differences of small configurations."""

import pytest

from changes.plans import mark
from changes.risk.lockout import needs_text, said, taken_down, touches
from changes.risk.management import managed
from drift import assess

ADDRESS = "10.0.0.1"
IOS = """\
hostname a
vrf definition MGMT
!
interface Gi0/0
 description management
 vrf forwarding MGMT
 ip address 10.0.0.1 255.255.255.0
 ip access-group X in
!
interface Gi0/1
 ip address 10.0.0.11 255.255.255.0
!
ip access-list extended X
 10 permit ip any any
ip access-list extended Y
 20 permit ip any any
ip route vrf MGMT 0.0.0.0 0.0.0.0 10.0.0.9
username admin privilege 15
username other privilege 15
ntp server 10.0.0.9
access-list 10 permit any
line vty 0 4
 access-class 10 in
 exec-timeout 10 0
 transport input ssh
"""
SVI = """\
interface Vlan10
 ip address 10.0.0.1 255.255.255.0
!
interface Gi0/2
 mtu 1500
!
vlan 10
 name mgmt
!
vlan 11
 name users
"""
SUB = SVI.replace("Vlan10", "Gi0/2.10")
BUNDLE = """\
interface Port-channel1
 ip address 10.0.0.1 255.255.255.0
!
interface Gi1/0/1
 channel-group 1 mode active
!
interface Gi1/0/2
 channel-group 1 mode passive
!
interface Gi1/0/3
 channel-group 11 mode on
"""
EOS = """\
vrf instance MGMT
interface Management1
   vrf MGMT
   ip address 10.0.0.1/24
management ssh
   ip access-group SSH in
ip access-list SSH
   10 permit ip any any
"""
NXOS = """\
interface mgmt0
  vrf member management
  ip address 10.0.0.1/24
vrf context management
  ip route 0.0.0.0/0 10.0.0.9
"""
JUNOS = """\
system {
    services {
        ssh;
    }
}
interfaces {
    fxp0 {
        unit 0 {
            family inet {
                filter {
                    input MG;
                }
                address 10.0.0.1/24;
            }
        }
    }
    ge-0/0/1 {
        unit 0 {
            family inet {
                address 10.0.1.1/24;
            }
        }
    }
}
firewall {
    filter MG {
        term a {
            then accept;
        }
    }
}
"""
VYOS = """\
set interfaces ethernet eth0 address '10.0.0.1/24'
set interfaces ethernet eth1 address '10.0.9.1/24'
set service ssh port '22'
"""
FORTINET = """\
config system interface
    edit "port1"
        set ip 10.0.0.1 255.255.255.0
    next
end
"""
HUAWEI = "#\ninterface MEth0/0/0\n ip address 10.0.0.1 255.255.255.0\n#\n"
XR = "interface MgmtEth0/RP0/CPU0/0\n ipv4 address 10.0.0.1 255.255.255.0\n!\n"
ARUBA = "interface mgmt\n    no shutdown\n    ip static 10.0.0.1/24\n"
FRR = "interface eth0\n ip address 10.0.0.1/24\nexit\n!\nip route 0.0.0.0/0 10.0.0.9\n"
LINUX = (
    "[file /etc/ssh/sshd_config]\nPort 22\n[file /etc/motd]\nhello\n[file /etc/nftables.conf]\nx\n"
)


def touched(platform, before, *swaps, address=ADDRESS, login="admin"):
    after = before
    for was, is_ in swaps:
        assert was in after
        after = after.replace(was, is_)
    differences = assess(before, after, platform=platform).differences
    statements = said([mark(one) for one in differences], platform=platform)
    way = managed(before, platform=platform, address=address, login=login)
    return statements, touches(statements, way, platform=platform)


def codes(*args, **values):
    return sorted({one.code for one in touched(*args, **values)[1]})


UP = (" ip access-group X in\n", " ip access-group X in\n shutdown\n")


@pytest.mark.parametrize(
    ("platform", "before", "swap", "found"),
    [
        ("cisco_ios", IOS, UP, ["shutdown"]),
        ("cisco_xe", IOS, UP, ["shutdown"]),
        ("cisco_ios", IOS, ("10.0.0.1 255.255.255.0", "10.0.0.2 255.255.255.0"), ["address"]),
        ("cisco_ios", IOS, (" vrf forwarding MGMT\n", ""), ["vrf"]),
        ("cisco_ios", IOS, (" ip access-group X in\n", ""), ["filter"]),
        ("cisco_ios", IOS, (" ip access-group X in\n", " ip access-group X in\n mtu 1400\n"),
         ["interface"]),
        ("cisco_ios", IOS, ("description management", "description other"), []),
        ("cisco_ios", IOS, ("10.0.0.11 ", "10.0.0.12 "), []),
        ("cisco_ios", IOS, ("10 permit ip", "10 deny ip"), ["filter"]),
        ("cisco_ios", IOS, ("20 permit ip", "20 deny ip"), []),
        ("cisco_ios", IOS, ("10 permit any", "10 deny any"), ["filter"]),
        ("cisco_ios", IOS, ("0.0.0.0 10.0.0.9", "0.0.0.0 10.0.0.8"), ["route"]),
        ("cisco_ios", IOS, ("username admin", "ip route 0.0.0.0 0.0.0.0 10.0.0.8\nusername admin"),
         []),
        ("cisco_ios", IOS, ("username admin", "router ospf 1\n area 0 nssa\nusername admin"),
         []),
        ("cisco_ios", IOS, ("username admin privilege 15", "username admin privilege 1"),
         ["login"]),
        ("cisco_ios", IOS, ("username other privilege 15", "username other privilege 1"), []),
        ("cisco_ios", IOS, ("username admin", "aaa new-model\nusername admin"), ["aaa"]),
        ("cisco_ios", IOS, ("username admin", "ip ssh version 2\nusername admin"), ["ssh"]),
        ("cisco_ios", IOS, ("transport input ssh", "transport input none"), ["line"]),
        ("cisco_ios", IOS, ("exec-timeout 10 0", "exec-timeout 5 0"), []),
        ("cisco_ios", IOS, ("ntp server 10.0.0.9", "ntp server 10.0.0.8"), []),
        ("cisco_ios", SVI, ("name mgmt", "name other"), ["interface"]),
        ("cisco_ios", SVI, ("name users", "name guests"), []),
        ("cisco_ios", SVI, ("mtu 1500", "mtu 1500\n shutdown"), []),
        ("cisco_ios", SUB, ("mtu 1500", "mtu 1500\n shutdown"), ["shutdown"]),
        ("cisco_ios", BUNDLE, ("mode active", "mode active\n shutdown"), ["interface"]),
        ("cisco_ios", BUNDLE, ("ive\n", "ive\n shutdown\n"), ["shutdown"]),
        ("cisco_ios", BUNDLE, ("mode on", "mode on\n shutdown"), []),
        ("arista_eos", EOS, ("10.0.0.1/24\n", "10.0.0.1/24\n   shutdown\n"), ["shutdown"]),
        ("arista_eos", EOS, ("10 permit", "10 deny"), ["filter"]),
        ("arista_eos", EOS, ("   ip access-group SSH in\n", "   idle-timeout 5\n"), ["ssh"]),
        ("cisco_nxos", NXOS, ("10.0.0.9", "10.0.0.8"), ["route", "vrf"]),
        ("cisco_xr", XR, ("255.0\n", "255.0\n shutdown\n"), ["shutdown"]),
        ("juniper_junos", JUNOS, ("    fxp0 {\n", "    fxp0 {\n        disable;\n"), ["shutdown"]),
        ("juniper_junos", JUNOS, ("    ge-0/0/1 {\n", "    ge-0/0/1 {\n        disable;\n"), []),
        ("juniper_junos", JUNOS, ("10.0.0.1/24", "10.0.0.1/16"), ["address"]),
        ("juniper_junos", JUNOS, ("then accept", "then discard"), ["filter"]),
        ("juniper_junos", JUNOS, ("ssh;", "netconf;"), ["ssh"]),
        ("vyos", VYOS, ("set service", "set interfaces ethernet eth0 disable\nset service"),
         ["shutdown"]),
        ("vyos", VYOS, ("set service", "set interfaces ethernet eth1 disable\nset service"), []),
        ("vyos", VYOS, ("'22'", "'2222'"), ["ssh"]),
        ("fortinet", FORTINET, ("    next", "        set status down\n    next"), ["shutdown"]),
        ("huawei_vrp", HUAWEI, (".0\n#", ".0\n shutdown\n#"), ["shutdown"]),
        ("aruba_aoscx", ARUBA, ("no shutdown", "shutdown"), ["shutdown"]),
        ("frr", FRR, ("/24\n", "/24\n shutdown\n"), ["shutdown"]),
        ("frr", FRR, ("10.0.0.9", "10.0.0.8"), ["route"]),
        ("linux", LINUX, ("Port 22", "Port 2222"), ["ssh"]),
        ("linux", LINUX, ("hello", "welcome"), []),
        ("linux", LINUX, ("\nx\n", "\ny\n"), ["filter"]),
    ],
)  # fmt: skip
def test_what_a_line_touches(platform, before, swap, found):
    assert codes(platform, before, swap) == found


def test_bringing_the_interface_up_is_not_shutting_it():
    down = IOS.replace(*UP)
    assert codes("cisco_ios", down, (" shutdown\n", "")) == ["interface"]


def test_a_place_is_told_with_its_section_and_whether_it_comes_or_goes():
    found = touched("cisco_ios", IOS, ("transport input ssh", "transport input none"))[1]
    assert [one.place for one in found] == [
        "- line vty 0 4 / transport input ssh",
        "+ line vty 0 4 / transport input none",
    ]


@pytest.mark.parametrize("address", ["192.0.2.7", "router.example", ""])
def test_without_the_address_an_interface_named_for_management_is_the_one(address):
    assert codes(
        "arista_eos", EOS, ("0.1/24\n", "0.1/24\n   shutdown\n"), address=address
    ) == ["shutdown"]  # fmt: skip


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0", "0.0.1", "router.example"])
def test_where_nothing_tells_the_management_interface_any_may_be_it(address):
    assert codes("cisco_ios", IOS, UP, address=address) == ["maybe"]


def test_interfaces_that_go_down_are_named():
    statements, _ = touched("cisco_ios", BUNDLE, ("ive\n", "ive\n shutdown\n"))
    assert taken_down(statements, platform="cisco_ios") == ("Gi1/0/1", "Gi1/0/2")


@pytest.mark.parametrize(
    ("swap", "needed"), [(("ntp server 10.0.0.9", "ntp server 10.0.0.8"), False), (UP, True)]
)
def test_the_configuration_is_read_only_for_lines_that_may_hang_on_it(swap, needed):
    statements, _ = touched("cisco_ios", IOS, swap)
    assert needs_text(statements, platform="cisco_ios") is needed


def test_a_platform_without_words_of_its_own_is_judged_by_words_alone():
    before = "/ip address\nadd address=10.0.0.1/24 interface=ether1\n"
    after = (
        f"{before}/interface ethernet\nset [ find default-name=ether1 ] disabled=yes\n"
        "/ip service\nset ssh port=2222\n"
    )
    found = assess(before, after, platform="mikrotik_routeros").differences
    statements = said([mark(one) for one in found], platform="mikrotik_routeros")
    way = managed(before, platform="mikrotik_routeros", address=ADDRESS, login="admin")
    told = touches(statements, way, platform="mikrotik_routeros")
    assert sorted({one.code for one in told}) == ["maybe", "ssh"]
