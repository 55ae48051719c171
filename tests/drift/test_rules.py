"""Compliance rules: what they say of a text, and how a pack is read."""

import re

import pytest

from drift.rules import Rule, RulePackBroken, Target, built_in, judge, read

PASSING = {
    "cisco_ios": (
        "logging host 192.0.2.9\nntp server 192.0.2.1\nno ip http server\n"
        "username admin secret 9 <secret:000000000000>\n"
        "line vty 0 4\n login local\n transport input ssh\n"
    ),
    "arista_eos": "logging host 192.0.2.9\nntp server 192.0.2.1\nmanagement telnet\n   shutdown\n",
    "linux": "[file /etc/ssh/sshd_config]\n PermitRootLogin no\n",
}


def failed(text, platform):
    found = judge(text, built_in(), target=Target(platform=platform))
    return {one.rule.id: one.detail for one in found if not one.passed}


@pytest.mark.parametrize("platform", PASSING)
def test_a_hardened_device_passes_every_rule_of_its_platform(platform):
    assert failed(PASSING[platform], platform) == {}


@pytest.mark.parametrize(
    ("platform", "line", "rule", "detail"),
    [
        (
            "cisco_ios", "line vty 5 15\n transport input telnet ssh", "TT-ACCESS-1",
            "missing in line vty 5 15: ^ +transport input ssh$",
        ),
        ("cisco_ios", "ip http server", "TT-ACCESS-3", "forbidden: ip http server"),
        (
            "cisco_ios", "username eve password 7 <secret:000000000000>", "TT-ACCESS-4",
            "forbidden: username eve password 7 <secret:000000000000>",
        ),
        (
            "cisco_ios", "snmp-server community <secret:000000000000> RW 10", "TT-ACCESS-5",
            "forbidden: snmp-server community <secret:000000000000> RW 10",
        ),
        (
            "arista_eos", "snmp-server community <secret:000000000000> rw", "TT-ACCESS-5",
            "forbidden: snmp-server community <secret:000000000000> rw",
        ),
        (
            "arista_eos", "management telnet\n   no shutdown", "TT-ACCESS-2",
            "forbidden in management telnet: no shutdown",
        ),
        (
            "linux", "[file /etc/ssh/sshd_config.d/x]\n PermitRootLogin yes", "TT-ACCESS-6",
            "forbidden in [file /etc/ssh/sshd_config.d/x]: PermitRootLogin yes",
        ),
    ],
)  # fmt: skip
def test_one_line_breaks_one_rule_and_is_named(platform, line, rule, detail):
    assert failed(f"{PASSING[platform]}{line}\n", platform) == {rule: detail}


@pytest.mark.parametrize(("kept", "rule"), [("ntp", "TT-TRACE-2"), ("logging", "TT-TRACE-1")])
def test_what_is_missing_breaks_its_rule(kept, rule):
    lines = PASSING["cisco_ios"].splitlines()
    dropped = {"ntp": "logging", "logging": "ntp"}[kept]
    text = "\n".join(line for line in lines if not line.startswith(dropped))
    assert list(failed(text, "cisco_ios")) == [rule]


def test_a_log_buffer_is_no_log_host():
    text = PASSING["cisco_ios"].replace("logging host 192.0.2.9", "logging buffered 64000")
    assert list(failed(text, "cisco_ios")) == ["TT-TRACE-2"]


def test_a_platform_without_rules_has_no_verdicts():
    assert judge("anything\n", built_in(), target=Target(platform="unheard_of")) == ()


def test_many_offending_lines_are_counted():
    rule = Rule(
        id="X", title="x", why="x", severity="minor", platforms=("p",), forbid=(re.compile("a"),)
    )
    [found] = judge("a1\na2\na3\na4\na5\n", (rule,), target=Target(platform="p"))
    assert found.detail == "forbidden: a1; forbidden: a2; forbidden: a3; and 2 more"


def test_every_rule_has_an_id_of_its_own_and_tells_why():
    ids = [rule.id for rule in built_in()]
    assert len(set(ids)) == len(ids)
    assert all(rule.why and (rule.require or rule.forbid) for rule in built_in())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- id: X\n  severity: grave\n", r"wrong at 0\."),
        ("- [", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_broken_pack_is_named_with_its_place(tmp_path, text, reason):
    file = tmp_path / "pack.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RulePackBroken, match=rf"pack\.yaml .*{reason}"):
        read(file)


def test_a_pack_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RulePackBroken, match=r"gone\.yaml cannot be read"):
        read(tmp_path / "gone.yaml")
