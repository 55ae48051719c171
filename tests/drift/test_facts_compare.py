"""Facts expected against facts seen, without a database."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from drift.device_facts import (
    KINDS,
    DeviceFacts,
    compare,
    from_lines,
    interfaces_of,
    packages_of,
)
from drift.severity import severity_of

TEXT = """\
hostname r1
interface Loopback0
 ip address 192.0.2.1 255.255.255.255
interface GigabitEthernet0/1
 description up
interface GigabitEthernet0/2
"""
SEEN = DeviceFacts(
    os_version="17.9", serial="FDO1", model="C9300",
    interfaces=("GigabitEthernet0/1", "GigabitEthernet0/2"), neighbours=("Gi0/1 sw1 Gi0/48",),
)  # fmt: skip


def test_what_is_not_expected_or_not_told_is_no_difference():
    assert compare(DeviceFacts(serial="A"), DeviceFacts(os_version="1")).in_sync
    assert compare(DeviceFacts(), SEEN).in_sync
    assert not compare(DeviceFacts(neighbours=()), SEEN).in_sync


@pytest.mark.parametrize(
    ("expected", "seen", "severity"),
    [
        ({"serial": "A"}, {"serial": "B"}, "critical"),
        ({"os_version": "1"}, {"os_version": "2"}, "major"),
        ({"model": "1"}, {"model": "2"}, "major"),
        ({"neighbours": ("a",)}, {"neighbours": ()}, "major"),
        ({"neighbours": ()}, {"neighbours": ("a",)}, "minor"),
        ({"interfaces": ("a",)}, {"interfaces": ()}, "minor"),
        ({"packages": ("ntp 1",)}, {"packages": ("ntp 2",)}, "minor"),
    ],
)
def test_how_grave_a_changed_fact_is(expected, seen, severity):
    found = compare(DeviceFacts(**expected), DeviceFacts(**seen))
    assert severity_of(found.differences) == severity


LINES = st.none() | st.lists(st.sampled_from(["a", "b", "c d"]), unique=True).map(
    lambda lines: tuple(sorted(lines))
)
ANY = st.builds(
    DeviceFacts, serial=st.none() | st.sampled_from("AB"), interfaces=LINES, neighbours=LINES,
    packages=LINES,
)  # fmt: skip


@given(ANY, ANY)
def test_facts_that_were_taken_over_leave_no_difference(expected, seen):
    taken = seen.over(expected)
    assert compare(taken, seen).in_sync
    mirrored = [(one.line, one.side) for one in compare(seen, expected).differences]
    turned = {"missing": "extra", "extra": "missing"}
    found = compare(expected, seen).differences
    assert sorted((one.line, turned[one.side]) for one in found) == sorted(mirrored)


@given(ANY)
def test_facts_are_the_same_after_they_were_written_line_by_line(value):
    lines = {}
    for line in value.told:
        kind, _, told = line.partition(" ")
        lines.setdefault(kind, []).append(told)
    empty = {kind: () for kind in KINDS if getattr(value, kind) == ()}
    assert replace(from_lines(lines), **empty) == value


def test_a_device_has_one_serial_number():
    with pytest.raises(InvalidInput, match="one serial, not 2"):
        from_lines({"serial": ["A", "B"]})


def test_interfaces_are_those_that_exist_as_hardware_does():
    assert interfaces_of(TEXT, "cisco_ios") == SEEN.interfaces
    assert interfaces_of("set interfaces ge-0/0/0 mtu 9000\n", "juniper_junos") is None
    assert interfaces_of("interface eth0\n", "frr") is None


def test_a_text_without_packages_tells_none():
    assert packages_of("[users]\n root\n") is None
    assert packages_of("[packages]\n") == ()
