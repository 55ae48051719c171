"""Compliance rules: what each kind of check says of a text, and of which devices it speaks."""

import pytest

from drift.rules import Rule, Target, judge

ABOUT = {"id": "X", "title": "x", "why": "x", "severity": "minor", "platforms": ("cisco_ios",)}
LINES = "line con 0\n exec-timeout 5 0\nline vty 0 4\n exec-timeout 0 0\n transport input ssh\n"
FILTER = "ip access-list extended F\n permit tcp any any eq 22\n deny ip any any\n"


def rule(**asked):
    return Rule(**(ABOUT | asked))


def verdict(text, platform="cisco_ios", **asked):
    """What the rule finds wrong; empty where it is kept."""
    [found] = judge(text, (rule(**asked),), target=Target(platform=platform))
    assert found.passed == (not found.detail)
    return found.detail


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({"require": ["^ntp server "]}, ""),
        ({"require": ["^ntp server 10", "^ntp server 192"]}, "missing: ^ntp server 10"),
        ({"require": ["^ntp source "]}, "missing: ^ntp source "),
        ({"forbid": ["^ip http server$"]}, ""),
        (
            {"forbid": ["^ntp server .*1$", "^logging host"]},
            "forbidden: logging host 192.0.2.9; forbidden: ntp server 192.0.2.1",
        ),
        ({"once": ["^logging host "]}, ""),
        ({"once": ["^ntp server "]}, "2 times instead of once: ^ntp server "),
        ({"once": ["^ntp source "]}, "0 times instead of once: ^ntp source "),
        ({"ordered": ["^hostname ", "^logging ", "^ntp "]}, ""),
        (
            {"ordered": ["^ntp ", "^logging "]},
            "out of order: logging host 192.0.2.9 stands before ntp server 192.0.2.1",
        ),
        ({"ordered": ["^ntp ", "^banner ", "^ntp "]}, ""),
    ],
)
def test_a_whole_text_is_judged(asked, detail):
    text = "hostname a\nlogging host 192.0.2.9\nntp server 192.0.2.1\nntp server 192.0.2.2\n"
    assert verdict(text, **asked) == detail


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({"within": "^line vty ", "require": ["^ +transport input ssh$"]}, ""),
        (
            {"within": "^line ", "require": ["^ +transport input ssh$"]},
            "missing in line con 0: ^ +transport input ssh$",
        ),
        (
            {"within": "^line ", "forbid": ["^ +exec-timeout 0 0$"]},
            "forbidden in line vty 0 4: exec-timeout 0 0",
        ),
        (
            {"within": "^line ", "once": ["^ +transport "]},
            "0 times in line con 0 instead of once: ^ +transport ",
        ),
        (
            {"within": "^line ", "ordered": ["^ +transport ", "^ +exec-timeout "]},
            "out of order in line vty 0 4: exec-timeout 0 0 stands before transport input ssh",
        ),
        (
            {"within": "^line ", "every": ["^ +exec-timeout "]},
            "not allowed in line vty 0 4: transport input ssh",
        ),
        ({"within": "^line ", "every": ["^ +exec-timeout ", "^ +transport "]}, ""),
        ({"within": "^line ", "when": ["^ +transport "], "forbid": ["^ +exec-timeout 5 "]}, ""),
        (
            {"within": "^line ", "when": ["^ +transport "], "require": ["^ +login"]},
            "missing in line vty 0 4: ^ +login",
        ),
        ({"within": "^controller ", "require": ["^ +x"]}, ""),
        ({"within": "^controller ", "absent": "fails", "forbid": ["^ +x"]},
         "no section ^controller "),
        ({"within": "^line con ", "absent": "fails", "forbid": ["^ +x"]}, ""),
    ],
)  # fmt: skip
def test_each_section_is_judged_by_itself(asked, detail):
    assert verdict(LINES, **asked) == detail


BGP = """\
router bgp 65000
 neighbor 10.0.0.1 remote-as 65001
 address-family ipv4
  neighbor 10.0.0.1 activate
 exit-address-family
 address-family ipv6
  maximum-paths 2
"""


def test_a_section_below_another_is_found_and_ends_where_it_ends():
    asked = {"within": "^ +address-family ", "require": ["^ +neighbor .* activate$"]}
    detail = "missing in address-family ipv6: ^ +neighbor .* activate$"
    assert verdict(BGP, **asked) == detail


def test_a_section_has_the_lines_of_the_sections_below_it():
    assert verdict(BGP, within="^router bgp ", require=["^ +maximum-paths "]) == ""


def test_a_nested_section_that_must_be_there_fails_where_it_is_not():
    asked = {"within": "^ +address-family vpnv4", "absent": "fails", "forbid": ["^ +x"]}
    assert verdict(BGP, **asked) == "no section ^ +address-family vpnv4"


def test_order_holds_inside_of_one_block_too():
    asked = {"ordered": ["^ deny ip any any$", "^ permit tcp any any eq 22$"]}
    assert verdict(FILTER, **asked) == (
        "out of order: permit tcp any any eq 22 stands before deny ip any any"
    )


def test_comments_are_no_lines_that_need_to_be_allowed():
    text = "interface e0\n mtu 1500\n !\n\n ! spare\n mtu 9000\n"
    assert verdict(text, within="^interface ", every=["^ mtu "]) == ""


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("snmp-server location hq", ""),
        ("snmp-server location moon", "moon instead of one of hq, lab: snmp-server location moon"),
        ("hostname a", ""),
    ],
)
def test_a_value_is_one_of_a_set(line, detail):
    value = {"pattern": r"^snmp-server location (\S+)", "one_of": ["hq", "lab"]}
    assert verdict(f"{line}\n", values=[value]) == detail


@pytest.mark.parametrize(
    ("limits", "word", "detail"),
    [
        ({"at_least": 2, "at_most": 4}, "2", ""),
        ({"at_least": 2, "at_most": 4}, "4", ""),
        ({"at_least": 2, "at_most": 4}, "5", "5 instead of at least 2 and at most 4: retries 5"),
        ({"at_most": 4}, "-1", ""),
        ({"at_least": 2}, "1", "1 instead of at least 2: retries 1"),
        ({"at_least": 2}, "many", "many instead of at least 2: retries many"),
        ({"at_least": 2}, "2x", "2x instead of at least 2: retries 2x"),
    ],
)
def test_a_value_is_a_number_in_a_range(limits, word, detail):
    value = {"pattern": r"^retries (\S+)", **limits}
    assert verdict(f"retries {word}\n", values=[value]) == detail


def test_a_value_that_is_not_there_although_its_line_is_is_wrong():
    value = {"pattern": r"^retries(?: (\d+))?$", "at_most": 4}
    assert verdict("retries\n", values=[value]) == "nothing instead of at most 4: retries"


def test_a_condition_holds_only_where_all_of_it_is_there():
    asked = {"when": ["^snmp-server community ", "^ip "], "require": ["^snmp-server host "]}
    assert verdict("snmp-server community x\n", **asked) == ""
    assert verdict("snmp-server community x\nip cef\n", **asked) == (
        "missing: ^snmp-server host "
    )  # fmt: skip


@pytest.mark.parametrize(
    ("only", "fits"),
    [
        ({}, True),
        ({"roles": ["edge", "core"]}, True),
        ({"roles": ["access"]}, False),
        ({"sites": ["hq"]}, True),
        ({"sites": ["lab"]}, False),
        ({"tags": ["pci", "none"]}, True),
        ({"tags": ["lab"]}, False),
        ({"roles": ["core"], "sites": ["lab"]}, False),
        ({"platforms": ["arista_eos"]}, False),
        ({"platforms": ["arista_eos", "cisco_ios"]}, True),
    ],
)
def test_a_rule_speaks_of_the_devices_it_names(only, fits):
    target = Target(platform="cisco_ios", role="core", site="hq", tags=frozenset({"pci"}))
    found = judge("hostname a\n", (rule(require=["^hostname "], **only),), target=target)
    assert len(found) == int(fits)


def test_a_platform_without_rules_has_no_verdicts():
    assert judge("anything\n", (rule(require=["^x"]),), target=Target(platform="frr")) == ()


def test_a_platform_that_the_engine_does_not_know_is_judged_by_indentation():
    asked = {"platforms": ["avaya_vsp"], "within": "^port ", "require": ["^ +enable$"]}
    assert verdict("port 1\n  enable\nport 2\n", "avaya_vsp", **asked) == (
        "missing in port 2: ^ +enable$"
    )


def test_many_offending_lines_are_counted():
    detail = "forbidden: a1; forbidden: a2; forbidden: a3; and 2 more"
    assert verdict("a1\na2\na3\na4\na5\n", forbid=["a"]) == detail


def test_a_line_that_two_patterns_forbid_is_named_once():
    assert verdict("ip http server\n", forbid=["^ip http", "^ip "]) == "forbidden: ip http server"


def test_the_judgements_come_in_the_rules_order():
    rules = [rule(id=name, require=["^x"]) for name in ("B", "A", "C")]
    found = judge("", rules, target=Target(platform="cisco_ios"))
    assert [one.rule.id for one in found] == ["B", "A", "C"]
