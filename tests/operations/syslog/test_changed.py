"""Which messages report a change, and of whom."""

import pytest

from inventory.platforms import known_platforms
from operations.syslog import Report, parse, report_of
from operations.syslog.changed import _patterns

ADMIN = Report(user="admin")
VTY = Report(user="admin", origin="10.0.0.9", line="vty0")
CHANGES = [
    ("cisco_ios", "%SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.0.0.9)", VTY),
    ("cisco_xe", "%SYS-5-CONFIG_I: Configured from console by admin", ADMIN),
    ("cisco_ios", "%SYS-5-CONFIG_I: Configured from 10.0.0.9 by snmp",
     Report(user="snmp", origin="10.0.0.9")),
    ("cisco_ios", ("%SYS-5-CONFIG_P: Configured programmatically by process SSH Process from "
     "console as admin on vty0"), Report(user="admin", line="vty0")),
    ("cisco_ios", ("%DMI-5-CONFIG_I: R0/0: dmiauthd: Configured from NETCONF/RESTCONF by admin, "
     "transaction-id 12"), ADMIN),
    ("cisco_ios", "%PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:interface Lo0", ADMIN),
    ("cisco_asa", "%ASA-5-111010: User 'admin', running 'CLI' from IP 10.0.0.9, executed 'x'",
     Report(user="admin", origin="10.0.0.9")),
    ("cisco_nxos", "%VSHD-5-VSHD_SYSLOG_CONFIG_I: Configured from vty by admin on 10.0.0.9@pts/0",
     Report(user="admin", origin="10.0.0.9", line="pts/0")),
    ("cisco_nxos", "%VSHD-5-VSHD_SYSLOG_CONFIG_I: Configured from vty by admin on console0",
     Report(user="admin", line="console0")),
    ("cisco_xr", ("config[65742]: %MGBL-CONFIG-6-DB_COMMIT : Configuration committed by user "
     "'admin'. Use 'show configuration commit changes 10' to view the changes."), ADMIN),
    ("arista_eos", ("%SYS-5-CONFIG_E: Enter configuration mode from console by admin on vty0 "
     "(10.0.0.9)"), VTY),
    ("arista_eos", "%SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.0.0.9)", VTY),
    ("arista_eos", ("%SYS-5-CONFIG_SESSION_COMMIT_SUCCESS: User admin committed configuration "
     "session s1 successfully on vty0 (10.0.0.9)"), VTY),
    ("juniper_junos", "mgd[12]: UI_COMMIT: User 'admin' requested 'commit' operation", ADMIN),
    ("juniper_junos", "mgd[12]: %INTERACT-5-UI_COMMIT: User 'admin' requested 'commit'", ADMIN),
    ("juniper_junos", "mgd[12]: UI_COMMIT_COMPLETED: commit complete", Report()),
    ("frr", "watchfrr[12]: [ABCDE-12345] configuration write completed with exit code 0",
     Report()),
    ("frr", "zebra[12]: [ABCDE-12345] vty[5]@(config-if)# description x", Report()),
    ("linux", ("sudo:   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; "
     "COMMAND=/usr/bin/vim /etc/ssh/sshd_config"), Report(user="alice", line="pts/0")),
    ("linux", "sudo: alice : PWD=/ ; USER=root ; COMMAND=/usr/bin/systemctl enable nginx",
     Report(user="alice")),
    ("linux", "useradd[12]: new user: name=eve, UID=1001, GID=1001, home=/home/eve", Report()),
    ("linux", "systemd[1]: Reloading requested from client PID 12", Report()),
    ("vyos", "commit: Successful change to active configuration by user vyos on /dev/pts/0",
     Report(user="vyos", line="/dev/pts/0")),
    ("hp_comware", "%%10CFGMAN/5/CFGMAN_CFGCHANGED: -EventIndex=1; Configuration changed.",
     Report()),
    ("fortinet", ('date=2026-11-25 time=12:00:00 devname="f1" user="admin" ui="ssh(10.0.0.9)" '
     'action="Edit" cfgtid=1 cfgpath="firewall.policy" msg="Edit"'),
     Report(user="admin", origin="10.0.0.9")),
    ("mikrotik_routeros", "system,info filter rule changed by admin", ADMIN),
]  # fmt: skip
OTHERS = [
    ("cisco_ios", "%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down"),
    ("cisco_ios", "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: admin]"),
    ("juniper_junos", "mgd[12]: UI_LOGIN_EVENT: User 'admin' login"),
    ("frr", "watchfrr[12]: [ABCDE-12345] configuration write completed with exit code 1"),
    ("frr", "bgpd[12]: [ABCDE-12345] %ADJCHANGE: neighbor 10.0.0.2 in vrf default Up"),
    ("linux", "sshd[12]: Accepted publickey for alice from 10.0.0.9 port 22 ssh2"),
    ("linux", "sudo: alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow"),
    ("linux", "sudo: alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/systemctl status"),
    ("linux", "sshd[12]: Invalid user %SYS-5-CONFIG_I: Configured from console by x"),
]


def read(sent):
    return parse(f"<189>Nov 25 12:00:00 host1 {sent}".encode())


@pytest.mark.parametrize(("platform", "sent", "report"), CHANGES)
def test_a_change_is_reported_with_who_made_it(platform, sent, report):
    assert report_of(read(sent), platform) == report


@pytest.mark.parametrize(("platform", "sent"), OTHERS)
def test_other_messages_report_no_change(platform, sent):
    assert report_of(read(sent), platform) is None


def test_a_platform_without_patterns_of_its_own_is_tried_against_all():
    assert report_of(read(CHANGES[0][1]), "unheard_of") == VTY


def test_every_platform_of_the_patterns_is_one_that_the_inventory_knows():
    assert set(_patterns()) <= {platform.name for platform in known_platforms()}


@pytest.mark.parametrize(
    ("report", "told"),
    [(VTY, "admin from 10.0.0.9 on vty0"), (ADMIN, "admin"), (Report(), "somebody"),
     (Report(origin="10.0.0.9"), "somebody from 10.0.0.9")],
)  # fmt: skip
def test_a_report_tells_what_is_known(report, told):
    assert report.told == told


def test_a_name_made_to_be_long_is_cut():
    sent = read(f"%SYS-5-CONFIG_I: Configured from console by {'x' * 5000}")
    assert report_of(sent, "cisco_ios") == Report(user="x" * 100)
