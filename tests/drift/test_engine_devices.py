"""Every case on the model of its device: corrected, undone, and nothing left to say."""

from functools import cache
from pathlib import Path

import pytest
import yaml

import drift
from tests.drift.devices import DEVICES, Refused, apply, state

HERE = Path(__file__).parent
CASES = [
    case
    for name in ("cases.yaml", "device_cases.yaml")
    for case in yaml.safe_load((HERE / name).read_text())
    if case["id"] != "banner_word_then_x"  # no device shows a delimiter that its text holds
]
cases = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case['platform']}-{case['id']}" for case in CASES]
)


@cache
def judged(running, intended, platform):
    return drift.assess(running, intended, platform=platform)


def assess(case):
    return judged(case["running"], case["intended"], case["platform"])


def corrected(case):
    return apply(case["platform"], case["running"], assess(case).remediation)


@cases
def test_after_remediation_the_device_does_what_is_intended(case):
    assert state(case["platform"], corrected(case)) == state(case["platform"], case["intended"])


@cases
def test_after_remediation_a_second_assessment_finds_nothing(case):
    assert judged(corrected(case), case["intended"], case["platform"]).differences == ()


@cases
def test_after_rollback_of_the_intended_the_device_does_what_it_did_before(case):
    after = apply(case["platform"], case["intended"], assess(case).rollback)
    assert state(case["platform"], after) == state(case["platform"], case["running"])


@cases
def test_rollback_after_remediation_restores_what_ran(case):
    after = apply(case["platform"], corrected(case), assess(case).rollback)
    assert state(case["platform"], after) == state(case["platform"], case["running"])


@pytest.mark.parametrize(
    "case", [one for one in CASES if one["platform"] != "juniper_junos"],
    ids=[f"{one['platform']}-{one['id']}" for one in CASES if one["platform"] != "juniper_junos"],
)  # fmt: skip
def test_remediation_sent_twice_changes_nothing_more(case):
    after = apply(case["platform"], corrected(case), assess(case).remediation)
    assert state(case["platform"], after) == state(case["platform"], case["intended"])


@cases
def test_no_case_is_refused(case):
    assert assess(case).refusals == ()


@cases
def test_a_case_turned_round_has_the_two_ways_turned_round(case):
    turned = judged(case["intended"], case["running"], case["platform"])
    assert (turned.remediation, turned.rollback) == (
        assess(case).rollback,
        assess(case).remediation,
    )


@cases
def test_a_device_that_shows_the_intended_text_has_nothing_to_correct(case):
    shown = apply(case["platform"], case["intended"], ())
    assert judged(shown, case["intended"], case["platform"]).remediation == ()


@pytest.mark.parametrize("platform", DEVICES)
def test_a_model_refuses_a_line_that_no_device_knows(platform):
    with pytest.raises((Refused, StopIteration)):
        apply(platform, "", ["frobnicate the lot"])


SIDE_EFFECTS = {
    "cisco_ios-vrf": (
        "interface Gi1\n ip address 1.1.1.1 255.0.0.0\n",
        ["interface Gi1", " vrf forwarding X"],
        "interface Gi1\n vrf forwarding X\n",
    ),
    "cisco_ios-remote-as": (
        "router bgp 1\n neighbor 2.2.2.2 remote-as 2\n neighbor 2.2.2.2 description x\n",
        ["router bgp 1", " no neighbor 2.2.2.2 remote-as 2"],
        "router bgp 1\n",
    ),
    "cisco_ios-numbered-list": (
        "access-list 101 permit ip any any\naccess-list 101 deny ip any any\n",
        ["no access-list 101 deny ip any any"],
        "",
    ),
    "cisco_nxos-vlans": ("vlan 1,10-12\n", ["vlan 20"], "vlan 1,10-12,20\n"),
    "juniper_junos-family": (
        "set interfaces ge-0/0/0 unit 0 family inet address 1.1.1.1/24\n",
        ["delete interfaces ge-0/0/0 unit 0 family inet address 1.1.1.1/24"],
        "set interfaces ge-0/0/0 unit 0 family inet\n",
    ),
}


@pytest.mark.parametrize("name", SIDE_EFFECTS)
def test_a_model_has_the_side_effects_of_its_device(name):
    text, lines, shown = SIDE_EFFECTS[name]
    platform = name.partition("-")[0]
    assert state(platform, apply(platform, text, lines)) == state(platform, shown)


REFUSED = {
    "cisco_ios-another AS": ("router bgp 1\n bgp router-id 1.1.1.1\n", ["router bgp 2"]),
    "cisco_ios-hardware": ("interface Gi1\n description x\n", ["no interface Gi1"]),
    "cisco_ios-used seq": (
        "ip prefix-list P seq 5 permit 10.0.0.0/8\n",
        ["ip prefix-list P seq 5 deny 10.0.0.0/8"],
    ),
    "cisco_ios-bound list": (
        "interface Gi1\n ip access-group A in\nip access-list extended A\n permit ip any any\n",
        ["no ip access-list extended A"],
    ),
    "cisco_ios-primary before secondary": (
        "interface Gi1\n ip address 1.1.1.1 255.0.0.0\n ip address 2.2.2.2 255.0.0.0 secondary\n",
        ["interface Gi1", " no ip address 1.1.1.1 255.0.0.0"],
    ),
    "cisco_xr-policy in use": (
        ("route-policy P\n  pass\nend-policy\nrouter bgp 1\n neighbor 2.2.2.2\n"
        "  address-family ipv4 unicast\n   route-policy P in\n"),
        ["no route-policy P"],
    ),
    "frr-description": (
        "interface eth0\n description x\n", ["interface eth0", " no description x"],
    ),
    "juniper_junos-protected": (
        "set system host-name a\nprotect system host-name\n", ["delete system host-name a"],
    ),
    "juniper_junos-absent": ("set system host-name a\n", ["delete system location b"]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_refuses_what_its_device_refuses(name):
    text, lines = REFUSED[name]
    with pytest.raises(Refused):
        apply(name.partition("-")[0], text, lines)
