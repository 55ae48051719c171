"""The teaching cases: each with what must differ, and what a device holds afterwards."""

from pathlib import Path

import pytest
import yaml

import drift
from lab.editor import Editor
from lab.tree import parse, render

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
IN_SYNC = {
    "banner_eq", "banner_delim_hash", "banner_one_line", "banner_word_then_x", "cert", "dup_root",
    "dup_child", "crlf", "end_trailing", "bang_in_value", "ntp_clock", "header", "version_dropped",
}  # fmt: skip
# The simulated device that judges speaks the indented style and named access lists.
ON_DEVICE = [
    case for case in CASES
    if case["platform"] in {"cisco_ios", "arista_eos"}
    and case["id"] not in IN_SYNC | {"unindent_macro", "flat_acl_reorder", "flat_acl_del_line",
                                     "exit_af"}
]  # fmt: skip
by_id = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])


def assess(case):
    return drift.assess(case["running"], case["intended"], platform=case["platform"])


def shown(root, platform):
    return "\n".join(render(root, indent=" " if platform == "cisco_ios" else "   ")) + "\n"


def typed(text, lines, platform):
    """What a device that held `text` shows after the lines were typed."""
    root = parse(text)
    editor = Editor(root)
    for line in "\n".join(lines).split("\n"):
        if not line.startswith(" "):
            editor.path.clear() if not editor.swallowing else None
        assert editor.type_line(line) == "", line
    return shown(root, platform)


@by_id
def test_a_case_is_in_sync_exactly_where_it_should_be(case):
    assert assess(case).in_sync is (case["id"] in IN_SYNC)


@by_id
def test_a_case_in_sync_has_nothing_to_say_and_any_other_has(case):
    found = assess(case)
    assert bool(found.differences) is not found.in_sync
    assert found.in_sync or found.remediation


@by_id
def test_no_teaching_case_is_refused(case):
    assert assess(case).refusals == ()


@by_id
def test_a_text_is_in_sync_with_itself(case):
    for text in (case["running"], case["intended"]):
        assert drift.assess(text, text + "\n", platform=case["platform"]).in_sync


@pytest.mark.parametrize("case", ON_DEVICE, ids=lambda case: case["id"])
def test_after_remediation_the_device_holds_the_intended_configuration(case):
    after = typed(case["running"], assess(case).remediation, case["platform"])
    assert drift.assess(after, case["intended"], platform=case["platform"]).differences == ()


@pytest.mark.parametrize("case", ON_DEVICE, ids=lambda case: case["id"])
def test_after_rollback_the_device_holds_what_ran_before(case):
    after = typed(case["intended"], assess(case).rollback, case["platform"])
    assert drift.assess(after, case["running"], platform=case["platform"]).differences == ()


REMEDIATION = {
    "flat_acl_del_line": ("no access-list 101", "access-list 101 permit tcp any any eq 22"),
    "flat_acl_reorder": (
        "no access-list 10",
        "access-list 10 permit any",
        "access-list 10 deny 10.0.0.0 0.0.0.255",
    ),
    "bgp_asn": ("no router bgp 1", "router bgp 7", " neighbor 2.2.2.2 remote-as 2"),
    "exit_af": (
        "router bgp 1",
        " address-family ipv4",
        "  no network 1.0.0.0",
        "  network 2.0.0.0",
        " exit-address-family",
    ),
    "nxos_no_indent_vlan": ("vlan 13",),
    "nxos_eq_prefix": (
        "no ip prefix-list P seq 5",
        "no ip prefix-list P seq 10",
        "ip prefix-list P seq 5 permit 11.0.0.0/8",
    ),
    "junos_term_order": ("insert policy-options policy-statement P term B before term A",),
    "junos_set_deact": (
        "delete interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24",
        "activate interfaces ge-0/0/0",
        "set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.2/24",
    ),
    "acl_rename": (
        "ip access-list extended NEW",
        " permit ip any any",
        "interface Gi1",
        " ip access-group NEW in",
        "no ip access-list extended OLD",
    ),
    "vrf_order": (
        "interface Gi1",
        " vrf forwarding X",
        " ip address 10.0.0.1 255.255.255.0",
    ),
    "neg_user": ("username bob privilege 15 secret 9 $9$ccc", "no username eve"),
}


@pytest.mark.parametrize("name", REMEDIATION)
def test_the_commands_of_a_case_are_exactly_these(name):
    case = next(case for case in CASES if case["id"] == name)
    assert assess(case).remediation == REMEDIATION[name]
