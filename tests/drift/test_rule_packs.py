"""Trimtab's own packs: a hardened device keeps every rule, and one change breaks exactly one."""

import pytest

from drift.rules import Target, built_in, judge
from drift.rules.reading import FOLDER
from drift.rules.sanity import remarks
from tests.drift.hardened import HARDENED, SECRET

BREAKS = {  # a rule, what stands in the hardened text, and what stands there instead
    "TT-IOS-AAA-1": ("aaa new-model\n", ""),
    "TT-IOS-AAA-2": ("aaa authentication login", "aaa authorization exec"),
    "TT-IOS-AAA-3": ("aaa authentication enable default group tacacs+ enable\n", ""),
    "TT-IOS-AAA-4": ("line con 0\n", "line con 0\n privilege level 15\n"),
    "TT-IOS-AAA-5": ("aaa accounting commands 15", "aaa accounting commands 1"),
    "TT-IOS-AAA-6": ("aaa accounting exec default start-stop group tacacs+\n", ""),
    "TT-IOS-AAA-7": ("aaa accounting system default start-stop group tacacs+\n", ""),
    "TT-IOS-LINE-1": ("username helper secret", "username helper privilege 15 secret"),
    "TT-IOS-LINE-2": (" transport input ssh\n", " transport input telnet ssh\n"),
    "TT-IOS-LINE-3": (" no exec\n", ""),
    "TT-IOS-LINE-4": (" access-class OPERATORS in vrf-also\n", " access-class OPERATORS out\n"),
    "TT-IOS-LINE-5": (" exec-timeout 5 0", " exec-timeout 0 0"),
    "TT-IOS-LINE-6": (" exec-timeout 9 30", " exec-timeout 30 0"),
    "TT-IOS-LINE-7": (" transport input none", " transport input all"),
    "TT-IOS-BANNER-1": ("banner exec ^C\naaa is watched here\n^C\n", ""),
    "TT-IOS-BANNER-2": ("banner login ^C\nOperators only.\nno logging on\n^C\n", ""),
    "TT-IOS-BANNER-3": ("banner motd ^CWelcome^C\n", ""),
    "TT-IOS-PASS-1": ("enable secret 9", "enable password 7"),
    "TT-IOS-PASS-2": ("service password-encryption\n", ""),
    "TT-IOS-PASS-3": ("username helper secret 9", "username helper password 7"),
    "TT-IOS-PASS-4": ("username helper secret 9", "username helper secret 4"),
    "TT-IOS-SNMP-1": (" RO 10", " view ALL RW 10"),
    "TT-IOS-SNMP-2": (" RO 10", " RO"),
    "TT-IOS-SNMP-3": ("snmp-server host 192.0.2.9 version 3 priv ops\n", ""),
    "TT-IOS-SNMP-4": ("snmp-server enable traps snmp ", "snmp-server enable traps bgp "),
    "TT-IOS-SNMP-5": ("OPS v3 priv", "OPS v3 auth"),
    "TT-IOS-SSH-1": ("hostname edge-1", "hostname Router"),
    "TT-IOS-SSH-2": ("ip domain name example.net\n", ""),
    "TT-IOS-SSH-3": ("ip ssh time-out 60", "ip ssh time-out 120"),
    "TT-IOS-SSH-4": ("ip ssh authentication-retries 2", "ip ssh authentication-retries 5"),
    "TT-IOS-SSH-5": ("ip ssh version 2\n", ""),
    "TT-IOS-SVC-1": ("no cdp run\n", ""),
    "TT-IOS-SVC-2": ("no ip bootp server\n", ""),
    "TT-IOS-SVC-3": ("no cdp run\n", "no cdp run\nip identd\n"),
    "TT-IOS-SVC-4": ("service tcp-keepalives-in\n", ""),
    "TT-IOS-SVC-5": ("service tcp-keepalives-out\n", ""),
    "TT-IOS-SVC-6": ("no service pad\n", ""),
    "TT-IOS-SVC-7": ("no ip http server", "ip http server"),
    "TT-IOS-SVC-8": ("no service pad\n", "no service pad\nservice tcp-small-servers\n"),
    "TT-IOS-SVC-9": ("no service pad\n", "no service pad\nservice config\n"),
    "TT-IOS-LOG-1": ("logging console critical\n", "logging console critical\nno logging on\n"),
    "TT-IOS-LOG-2": ("logging buffered 64000 informational\n", ""),
    "TT-IOS-LOG-3": ("logging console critical", "logging console informational"),
    "TT-IOS-LOG-4": ("logging host 192.0.2.9\n", ""),
    "TT-IOS-LOG-5": ("logging trap informational", "logging trap errors"),
    "TT-IOS-LOG-6": ("service timestamps log datetime msec", "service timestamps log uptime"),
    "TT-IOS-LOG-7": ("logging source-interface Loopback0\n", ""),
    "TT-IOS-NTP-1": ("ntp authenticate\n", ""),
    "TT-IOS-NTP-2": ("ntp trusted-key 1\n", ""),
    "TT-IOS-NTP-3": ("ntp server 192.0.2.1 key 1", "ntp server 192.0.2.1 prefer"),
    "TT-IOS-NTP-4": ("ntp server 192.0.2.1 key 1\n", ""),
    "TT-IOS-ROUTE-1": ("no ip source-route\n", ""),
    "TT-IOS-ROUTE-2": (" no ip proxy-arp\n", ""),
    "TT-EOS-AAA-1": ("aaa authentication login default group tacacs+ local\n", ""),
    "TT-EOS-AAA-2": ("aaa authorization commands all default group tacacs+ local\n", ""),
    "TT-EOS-AAA-3": ("aaa accounting commands all default start-stop group tacacs+\n", ""),
    "TT-EOS-AAA-4": ("!\nbanner", "username eve privilege 1 nopassword\n!\nbanner"),
    "TT-EOS-AAA-5": ("!\nbanner", f"aaa root secret sha512 {SECRET}\n!\nbanner"),
    "TT-EOS-AAA-6": ("aaa authentication policy on-failure log\n", ""),
    "TT-EOS-LINE-1": ("!\nend", "!\nmanagement telnet\n   no shutdown\n!\nend"),
    "TT-EOS-LINE-2": ("ssh\n   idle-timeout 10\n", "ssh\n   idle-timeout 60\n"),
    "TT-EOS-LINE-3": ("   ip access-group OPERATORS in\n", ""),
    "TT-EOS-LINE-4": ("management console\n   idle-timeout 10\n!\n", ""),
    "TT-EOS-BANNER-1": ("banner login\nOperators only.\nusername guest nopassword\nEOF\n", ""),
    "TT-EOS-PASS-1": ("enable password sha512", "enable password 5"),
    "TT-EOS-PASS-2": ("privilege 15 secret sha512", "privilege 15 secret 5"),
    "TT-EOS-SNMP-1": (" ro OPERATORS", " rw OPERATORS"),
    "TT-EOS-SNMP-2": (" ro OPERATORS", " ro"),
    "TT-EOS-SNMP-3": ("OPS v3 priv", "OPS v3 noauth"),
    "TT-EOS-SVC-1": ("http-commands\n", "http-commands\n   protocol http\n"),
    "TT-EOS-LOG-1": ("logging host 192.0.2.9\n", ""),
    "TT-EOS-LOG-2": ("logging host", "no logging on\nlogging host"),
    "TT-EOS-NTP-1": ("ntp server 192.0.2.1 iburst key 1\n", ""),
    "TT-EOS-NTP-2": ("ntp trusted-key 1\n", ""),
    "TT-JUN-AAA-1": ("    authentication-order [ tacplus password ];\n", ""),
    "TT-JUN-AAA-2": ("[ login interactive-commands ]", "[ login change-log ]"),
    "TT-JUN-AAA-3": ("encrypted-password", "inactive: encrypted-password"),
    "TT-JUN-AAA-4": ("root-login deny", "root-login allow"),
    "TT-JUN-AAA-5": ("tries-before-disconnect 3", "tries-before-disconnect 10"),
    "TT-JUN-AAA-6": ("idle-timeout 10", "idle-timeout 0"),
    "TT-JUN-BANNER-1": ('        message "Operators only.";\n', ""),
    "TT-JUN-PASS-1": ("format sha512", "format md5"),
    "TT-JUN-SNMP-1": ("authorization read-only", "authorization read-write"),
    "TT-JUN-SNMP-2": ("            0.0.0.0/0 restrict;\n", ""),
    "TT-JUN-SSH-1": ("rate-limit 4;", "rate-limit 4;\n            protocol-version v1;"),
    "TT-JUN-SSH-2": ("            rate-limit 4;\n", ""),
    "TT-JUN-SVC-1": ("inactive: telnet", "telnet"),
    "TT-JUN-LOG-1": ("host 192.0.2.9 {", "user * {"),
    "TT-JUN-LOG-2": ("interactive-commands any", "authorization any"),
    "TT-JUN-NTP-1": ("server 192.0.2.1", "boot-server 192.0.2.1"),
    "TT-JUN-ROUTE-1": ("snmp {", "chassis {\n    source-route;\n}\nsnmp {"),
    "TT-LNX-SSH-1": ("\n PermitRootLogin no", "\n permitrootlogin Yes"),
    "TT-LNX-SSH-2": ("PermitEmptyPasswords no", "PermitEmptyPasswords yes"),
    "TT-LNX-SSH-3": ("MaxAuthTries 3", "MaxAuthTries 6"),
    "TT-LNX-SSH-4": ("X11Forwarding no", "X11Forwarding yes"),
    "TT-LNX-SSH-5": ("X11Forwarding no", "IgnoreRhosts no"),
    "TT-LNX-SSH-6": ("LogLevel VERBOSE", "LogLevel QUIET"),
    "TT-LNX-KERNEL-1": ("randomize_va_space = 2", "randomize_va_space = 0"),
    "TT-LNX-KERNEL-2": ("accept_source_route = 0", "accept_source_route = 1"),
    "TT-LNX-KERNEL-3": ("accept_redirects = 0", "accept_redirects = 1"),
    "TT-LNX-KERNEL-4": ("tcp_syncookies = 1", "tcp_syncookies = 0"),
    "TT-LNX-KERNEL-5": ("ignore_broadcasts = 1", "ignore_broadcasts = 0"),
    "TT-LNX-USER-1": ("olga uid=1000", "olga uid=0"),
    "TT-LNX-USER-2": ("shell=/usr/sbin/nologin", "shell=/bin/sh"),
    "TT-LNX-SVC-1": ("tcp 127.0.0.1:21", "tcp 0.0.0.0:23"),
    "TT-LNX-SVC-2": (" telnet 0.17", " telnetd 0.17"),
}
RULES = {rule.id: rule for rule in built_in()}


def broken(text, platform):
    found = judge(text, built_in(), target=Target(platform=platform))
    return [one.rule.id for one in found if not one.passed]


@pytest.mark.parametrize("platform", HARDENED)
def test_a_hardened_device_keeps_every_rule_of_its_platform(platform):
    assert broken(HARDENED[platform], platform) == []


@pytest.mark.parametrize("rule", BREAKS)
def test_one_change_breaks_exactly_one_rule(rule):
    old, new = BREAKS[rule]
    platform = RULES[rule].platforms[0]
    text = HARDENED[platform]
    assert old in text
    assert broken(text.replace(old, new, 1), platform) == [rule]


def test_every_rule_is_seen_broken():
    assert sorted(BREAKS) == sorted(RULES)


def test_every_rule_has_an_id_of_its_own_across_the_packs():
    assert len(RULES) == len(built_in())


def test_each_platform_has_a_pack():
    assert [file.stem for file in sorted(FOLDER.glob("*.yaml"))] == [
        "eos_management", "ios_management", "junos_management", "linux_management",
    ]  # fmt: skip


def test_no_rule_of_ours_is_odd():
    assert remarks(built_in(), ()) == ()


def test_the_set_style_of_junos_is_judged_as_the_braces_are():
    lines = [
        "set system host-name core-1", "set system services telnet",
        "deactivate system services telnet", "set system services ssh root-login deny",
    ]  # fmt: skip
    found = broken("\n".join(lines), "juniper_junos")
    assert "TT-JUN-SVC-1" not in found
    assert "TT-JUN-AAA-4" not in found
    assert "TT-JUN-SVC-1" in broken("\n".join(lines[:2]), "juniper_junos")


def test_an_empty_text_breaks_every_rule_that_requires_something():
    demanding = [
        one.id for one in built_in()
        if "arista_eos" in one.platforms and one.require
        and (one.within is None or one.absent == "fails")
    ]  # fmt: skip
    assert broken("", "arista_eos") == demanding
