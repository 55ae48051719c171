"""Partial intent: what is not managed is neither missing, nor extra, nor touched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift import assess as whole
from drift.engine import Difference, NotText
from drift.engine.texts import CHILD, blocks, joined, prepared
from drift.intent.sections import SectionsWrong, assess, checked, managed
from drift.platforms import UnknownPlatform, names, platform
from lab.tree import parse, render
from tests.drift.test_engine_properties import device, pairs

IOS_RUNNING = """\
hostname r1
!
banner motd ^C
ntp server in a banner
^C
interface Loopback0
 description old
 ip address 192.0.2.1 255.255.255.255
interface GigabitEthernet0/1
 description uplink
ntp server 192.0.2.9
access-list 10 permit 10.0.0.0
access-list 10 deny any
"""
IOS_INTENDED = """\
interface Loopback0
 description new
 ip address 192.0.2.1 255.255.255.255
ntp server 192.0.2.8
no ip http server
"""


def lines(text):
    return [(number, one) for number, one in enumerate(text.split("\n"), start=1) if one]


def test_without_patterns_everything_is_managed():
    assert managed(IOS_RUNNING, IOS_INTENDED, [], platform="cisco_ios") == (
        IOS_RUNNING, IOS_INTENDED,
    )  # fmt: skip
    assert assess(IOS_RUNNING, IOS_INTENDED, platform="cisco_ios") == whole(
        IOS_RUNNING, IOS_INTENDED, platform="cisco_ios"
    )


def test_what_is_left_of_a_text_stands_on_its_own_lines():
    running, intended = managed(
        IOS_RUNNING, IOS_INTENDED, ["interface Loopback*", "ntp"], platform="cisco_ios"
    )
    assert lines(running) == [
        (6, "interface Loopback0"), (7, " description old"),
        (8, " ip address 192.0.2.1 255.255.255.255"), (11, "ntp server 192.0.2.9"),
    ]  # fmt: skip
    assert lines(intended) == lines(IOS_INTENDED)[:4]


def test_differences_of_managed_sections_keep_their_line_numbers():
    found = assess(IOS_RUNNING, IOS_INTENDED, platform="cisco_ios", sections=["interface Loop*"])
    assert found.differences == (
        Difference(path=("interface Loopback0",), line="description old", side="extra",
                   running_line=7, intended_line=None),
        Difference(path=("interface Loopback0",), line="description new", side="missing",
                   running_line=None, intended_line=2),
    )  # fmt: skip
    assert found.remediation == ("interface Loopback0", " description new")


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("ntp", [(11, "ntp server 192.0.2.9")]),
        ("nt", []),
        ("ntp  server 192.0.2.?", [(11, "ntp server 192.0.2.9")]),
        ("interface *0/1", [(9, "interface GigabitEthernet0/1"), (10, " description uplink")]),
        ("banner motd", [(3, "banner motd ^C"), (4, "ntp server in a banner"), (5, "^C")]),
        ("access-list 10",
         [(12, "access-list 10 permit 10.0.0.0"), (13, "access-list 10 deny any")]),
        ("access-list 10 permit", []),
    ],
)  # fmt: skip
def test_a_pattern_is_the_first_words_of_a_section(pattern, kept):
    running, _ = managed(IOS_RUNNING, "", [pattern], platform="cisco_ios")
    assert lines(running) == kept


def test_a_negated_line_belongs_to_the_section_that_it_negates():
    _, intended = managed("", IOS_INTENDED, ["ip http"], platform="cisco_ios")
    assert lines(intended) == [(5, "no ip http server")]


def test_a_line_wrapped_over_several_is_one():
    text = "/ip address\nadd address=192.0.2.1/24 \\\n    interface=ether1\n/user\nadd name=x\n"
    running, _ = managed(text, "", ["/user"], platform="mikrotik_routeros")
    assert lines(running) == [(4, "/user"), (5, "add name=x")]
    running, _ = managed(text, "", ["/ip address"], platform="mikrotik_routeros")
    assert lines(running) == lines(text)[:3]


def test_windows_line_ends_change_nothing():
    text = IOS_RUNNING.replace("\n", "\r\n")
    found = assess(text, IOS_INTENDED, platform="cisco_ios", sections=["interface Loopback0"])
    assert [one.line for one in found.differences] == ["description old", "description new"]


def test_sections_of_a_server_are_named_without_brackets():
    running = "[file /etc/motd]\n hello\n[packages]\n vim 9\n"
    found = assess(running, "[file /etc/motd]\n bye\n", platform="linux",
                   sections=["file /etc/*"])  # fmt: skip
    assert [(one.path, one.line) for one in found.differences] == [
        (("[file /etc/motd]",), "hello"), (("[file /etc/motd]",), "bye"),
    ]  # fmt: skip


def test_values_of_json_go_by_their_uppermost_key():
    running = '{\n    "PORT": {\n        "E0": {\n            "mtu": "1"\n        }\n    },\n'
    running += '    "NTP": {\n        "a": {}\n    }\n}\n'
    intended = running.replace('"1"', '"2"').replace('"a"', '"b"')
    found = assess(running, intended, platform="sonic", sections=["PORT"])
    assert [(one.line, one.side) for one in found.differences] == [
        ('"mtu": "1"', "extra"), ('"mtu": "2"', "missing"),
    ]  # fmt: skip


VYOS = "set interfaces ethernet eth0 address '192.0.2.1/24'\nset system host-name 'r1'\n"


def test_a_deletion_by_path_stays_below_what_is_not_managed():
    running = VYOS + "set interfaces ethernet eth1 mtu '1400'\n"
    found = assess(running, "", platform="vyos", sections=["interfaces ethernet eth1"])
    assert found.remediation == ("delete interfaces ethernet eth1",)
    assert found.rollback == ("set interfaces ethernet eth1 mtu 1400",)
    assert [one.running_line for one in found.differences] == [3]


JUNOS = """\
system {
    host-name r1;
    ntp {
        server 192.0.2.9;
    }
}
/* a note
   of two { lines */
inactive: protocols {
    ospf {
        area 0 {
            interface ge-0/0/0;
        }
        reference-bandwidth 10g;
    }
}
"""
JUNOS_SET = """\
set system host-name r1
set system ntp server 192.0.2.9
set protocols ospf area 0 interface ge-0/0/0
set protocols ospf reference-bandwidth 10g
deactivate protocols
"""


@pytest.mark.parametrize("running", [JUNOS, JUNOS_SET])
@pytest.mark.parametrize(
    "intended",
    ["set system ntp server 192.0.2.8\n", "system {\n ntp {\n  server 192.0.2.8;\n }\n}"],
)
def test_junos_manages_paths_in_either_style(running, intended):
    found = assess(running, intended, platform="juniper_junos", sections=["system ntp"])
    assert found.remediation == (
        "delete system ntp server 192.0.2.9", "set system ntp server 192.0.2.8",
    )  # fmt: skip
    assert found.refusals == ()


@pytest.mark.parametrize("running", [JUNOS, JUNOS_SET])
def test_a_junos_section_above_managed_ones_keeps_its_state(running):
    found = assess(running, "", platform="juniper_junos", sections=["protocols ospf area 0"])
    assert found.remediation == ("delete protocols ospf area 0",)


def test_a_junos_line_of_several_values_keeps_its_number():
    running = "policy-options {\n community c {\n  members [ 1:1 1:2 ];\n }\n}\n"
    found = assess(running, running.replace("1:2", "1:3"), platform="juniper_junos",
                   sections=["policy-options"])  # fmt: skip
    assert [(one.line, one.running_line, one.intended_line) for one in found.differences] == [
        ("set policy-options community c members 1:2", 3, None),
        ("set policy-options community c members 1:3", None, 3),
    ]


def test_a_protected_junos_statement_that_is_not_managed_stays():
    running = JUNOS.replace("host-name", "protect: host-name")
    found = assess(running, "protocols {\n}\n", platform="juniper_junos", sections=["protocols"])
    assert not [one for one in found.remediation if "system" in one]


def test_a_junos_term_goes_with_its_filter():
    running = (
        "set firewall filter f term a then accept\nset firewall filter f term b then discard\n"
    )
    found = assess(running, "", platform="juniper_junos", sections=["firewall filter f term a"])
    assert found.in_sync


def test_an_ordered_entry_goes_with_its_list():
    running = "set / routing-policy policy p statement a action accept\n"
    found = assess(running, "", platform="nokia_srl",
                   sections=["routing-policy policy p statement a"])  # fmt: skip
    assert found.in_sync
    assert not assess(running, "", platform="nokia_srl", sections=["routing-policy"]).in_sync


def test_binary_content_of_a_managed_section_is_refused():
    with pytest.raises(NotText):
        assess("ntp server \x01\n", "", platform="cisco_ios", sections=["ntp"])


def test_an_unknown_platform_is_named():
    with pytest.raises(UnknownPlatform, match="plan9"):
        managed("", "", ["ntp"], platform="plan9")


def test_patterns_are_kept_once_and_with_single_spaces():
    assert checked(["ntp", " interface   Lo* ", "ntp"]) == ("ntp", "interface Lo*")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ([""], "first words"), (["ntp\x07"], "first words"), (["x" * 201], "at most 200"),
        (["a*b*c*"], "more than 2"), ([str(n) for n in range(201)], "too many"),
    ],
)  # fmt: skip
def test_a_pattern_that_cannot_be_used_is_refused(wrong, why):
    with pytest.raises(SectionsWrong, match=why):
        checked(wrong)


SECTIONS = st.lists(
    st.sampled_from(["interface *1", "interface", "ntp", "router", "line", "vlan", "hostname",
                     "interface *[2-4]", "ip access-list", "snmp-server", "banner", "username"]),
    min_size=1, max_size=3)  # fmt: skip


def outside(text, sections, name):
    """The top-level blocks that are not managed, sorted."""
    data = platform(name)
    kept = {number for number, _ in lines(managed(text, "", sections, platform=name)[0])}
    found = blocks(joined(prepared(text, data.multiline)))
    return sorted(
        one.replace(CHILD, "\n")
        for number, one in found
        if number not in kept and one.strip() and not data.ignored.match(one.strip())
    )


@settings(max_examples=60, deadline=None)
@given(pairs(), SECTIONS)
def test_a_remediation_leaves_unmanaged_sections_as_they_are(pair, sections):
    name, indent, running, intended = pair
    running = "\n".join(render(parse(running), indent=indent)) + "\n"
    found = assess(running, intended, platform=name, sections=sections)
    after = device(running, found.remediation, indent)
    assert outside(after, sections, name) == outside(running, sections, name)
    assert assess(after, intended, platform=name, sections=sections).in_sync


@settings(max_examples=60, deadline=None)
@given(pairs(), SECTIONS)
def test_a_remediation_names_no_unmanaged_section(pair, sections):
    name, indent, running, intended = pair
    found = assess(running, intended, platform=name, sections=sections)
    headers = [one for one in found.remediation if one and not one.startswith(indent)]
    text = "".join(f"{one.split(chr(10))[0].removeprefix('no ')}\n" for one in headers)
    known = managed(text, "", sections, platform=name)[0]
    assert [one for one in lines(text) if one not in lines(known) and one[1] != "exit"] == []


NOISE = st.lists(
    st.sampled_from(["interface Gi1", " mtu 9000", "banner motd ^C", "^C", "system {", "}", "/* a",
                     "ntp {", "a b;", "key [ a b ];", "inactive: x {", "set system ntp x", "ntp 1",
                     "deactivate system", '"PORT": {', '"a": 1,', "[file /etc/motd]", "/ip address",
                     "add a=b \\", "access-list 10 permit any", "no ntp 2", "!", "", "\t quit"]),
    max_size=25).map("\n".join)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(NOISE, NOISE, st.sampled_from(names()), SECTIONS)
def test_any_text_is_judged_on_its_own_lines(running, intended, name, sections):
    theirs, ours = managed(running, intended, sections, platform=name)
    assert (theirs.count("\n"), ours.count("\n")) == (running.count("\n"), intended.count("\n"))
    for one in assess(running, intended, platform=name, sections=sections).differences:
        assert (one.running_line or 1) <= running.count("\n") + 1
        assert (one.intended_line or 1) <= intended.count("\n") + 1
