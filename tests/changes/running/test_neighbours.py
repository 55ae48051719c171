"""Which neighbours a change may lose: those that it gives up itself, and no others."""

import pytest

from changes.running.neighbours import Link, lost

CORE = Link(interface="GigabitEthernet0/1", peer="core1")
EDGE = Link(interface="GigabitEthernet0/2", peer="edge1")
PORT = ("interface GigabitEthernet0/1",)


def gone(*declared):
    return lost({CORE, EDGE}, set(), declared)


def test_who_is_still_there_is_not_lost():
    assert lost({CORE, EDGE}, {CORE, EDGE}, ()) == ()


def test_who_came_is_not_lost():
    assert lost({CORE}, {CORE, EDGE}, ()) == ()


def test_who_is_missing_is_named_by_interface():
    assert lost({CORE, EDGE}, {EDGE}, ()) == (CORE,)
    assert str(CORE) == "core1 at GigabitEthernet0/1"


@pytest.mark.parametrize("declared", [
    (PORT, "shutdown", "missing"),
    (PORT, "no shutdown", "extra"),
    (PORT, "no lldp transmit", "missing"),
    (("interface Gi0/1",), "shutdown", "missing"),
    (("interfaces", "GigabitEthernet0/1"), "disable", "missing"),
    ((), "interface GigabitEthernet0/1", "extra"),
])  # fmt: skip
def test_a_neighbour_of_an_interface_that_the_change_takes_down_is_given_up(declared):
    assert gone(declared) == (EDGE,)


@pytest.mark.parametrize("declared", [
    (PORT, "shutdown", "extra"),
    (PORT, "description shutdown", "missing"),
    (("interface GigabitEthernet0/11",), "shutdown", "missing"),
    (("interface TenGigabitEthernet0/1",), "shutdown", "missing"),
    ((), "interface GigabitEthernet0/1", "missing"),
])  # fmt: skip
def test_other_lines_give_no_neighbour_up(declared):
    assert gone(declared) == (CORE, EDGE)


@pytest.mark.parametrize("declared", [
    ((), "lldp run", "extra"), ((), "no lldp run", "missing"), ((), "no cdp run", "missing"),
])  # fmt: skip
def test_with_the_protocol_off_nobody_is_missed(declared):
    assert gone(declared) == ()


def test_a_protocol_that_is_switched_on_excuses_nobody():
    assert gone(((), "lldp run", "missing")) == (CORE, EDGE)
