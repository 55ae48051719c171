"""Rules that can be read and yet never do what they say."""

import pytest

from drift.rules import Rule
from drift.rules.sanity import example, remarks

ABOUT = {"id": "X", "title": "x", "why": "x", "severity": "minor"}


def told(platform="cisco_ios", **asked):
    rule = Rule(**ABOUT, platforms=(platform,), **asked)
    return [(one.gravity, one.text) for one in remarks([rule], ())]


MARK = "it names a secret, which is a mark when rules see the text"


@pytest.mark.parametrize(
    ("platform", "asked", "text"),
    [
        ("cisco_ios", {"forbid": ["^snmp-server community public"]}, f"cisco_ios: {MARK}"),
        ("cisco_ios", {"forbid": ["^a$|^snmp-server community (?:public|x) RO"]}, MARK),
        ("cisco_ios", {"require": [r"^username \S+ secret 9 \$9\$"]}, MARK),
        ("cisco_ios", {"within": "^line ", "forbid": ["^ +password 7 0822455D0A16$"]}, MARK),
        ("linux", {"within": r"^\[file /etc/snmp", "forbid": ["^ rocommunity public"]}, MARK),
        ("cisco_ios", {"require": ["^ntp clock-period 17"]}, "it names what changes by itself"),
        ("cisco_ios", {"within": "^line ", "require": ["^login"]}, "a section are indented"),
        ("juniper_junos", {"require": ["^ +host-name "]}, "judged as `set` statements"),
        ("juniper_junos", {"within": "^set x", "require": ["^set x y"]}, "which have no sections"),
        ("cisco_iso", {"require": ["^hostname "]}, "no device can have the platform cisco_iso"),
    ],
)
def test_a_rule_that_can_never_match_is_wrong(platform, asked, text):
    assert [gravity for gravity, said in told(platform, **asked) if text in said] == ["wrong"]


@pytest.mark.parametrize(
    ("platform", "asked"),
    [
        ("cisco_ios", {"forbid": [r"^snmp-server community \S+ RW"]}),
        ("cisco_ios", {"forbid": ["^snmp-server community "]}),
        ("cisco_ios", {"require": ["^enable secret [589] "], "within": None}),
        ("cisco_ios", {"within": "^line ", "require": ["^ +login local$"]}),
        ("juniper_junos", {"forbid": ["^set system services telnet$"]}),
        ("linux", {"within": r"^\[file /etc/ssh", "forbid": [r"(?i)^\s+PermitRootLogin\s+yes"]}),
    ],
)
def test_a_rule_that_can_match_is_not_spoken_of(platform, asked):
    assert told(platform, **asked) == []


def test_a_pattern_without_a_beginning_is_odd():
    assert told(forbid=["http server"]) == [
        ("odd", "http server matches inside of lines too: begin it with ^")
    ]


def test_an_id_that_is_taken_is_wrong():
    rule = Rule(**ABOUT, platforms=("cisco_ios",), require=["^a"])
    assert [one.text for one in remarks([rule], [rule])] == ["another rule in force has this id"]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"^ip ssh version 2$", "ip ssh version 2"),
        (r"^username \S+ (?:.* )?secret (\d) ", "username x secret 7 "),
        (r"^snmp-server community \S+(?: view \S+)?(?: (?i:r[ow]))?$", "snmp-server community x"),
        (r"^ net\.ipv[46]\.all = 1$", " net.ipv4.all = 1"),
        (r"(?i)^\s+LogLevel\s+(\S+)", " LogLevel x"),
        (r"^\[sysctl\]$", "[sysctl]"),
        (r"^interface (?!Loopback|Null)", "interface "),
    ],
)
def test_an_example_is_a_line_that_the_pattern_matches(pattern, line):
    assert example(pattern) == line
