"""What is cut off in recorded networks; small ones by hand, many by properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.risk.recorded import short
from changes.risk.topology import Cut, cut_off, left_after, neighbours

PAIRS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=14)
CHAIN = [(1, 2), (2, 3), (3, 4), (4, 5)]
RING = [*CHAIN, (5, 1)]


@pytest.mark.parametrize(
    ("pairs", "down", "cut"),
    [
        ([], {1}, Cut(count=0, others=frozenset())),
        (CHAIN, {1}, Cut(count=0, others=frozenset())),
        (CHAIN, {4}, Cut(count=1, others=frozenset({5}))),
        (CHAIN, {2, 4}, Cut(count=2, others=frozenset({1, 5}))),
        (RING, {3}, Cut(count=0, others=frozenset())),
        (RING, {1, 3}, Cut(count=1, others=frozenset({2}))),
        ([(1, 1), (1, 2)], {2}, Cut(count=0, others=frozenset())),
        ([*CHAIN, (7, 8), (8, 9), (9, 6)], {4, 8}, Cut(count=2, others=frozenset({5, 7}))),
    ],
)
def test_what_is_cut_off_while_devices_are_down(pairs, down, cut):
    assert cut_off(neighbours(pairs), down) == cut


@given(PAIRS, st.sets(st.integers(1, 9)), st.integers(1, 9))
def test_one_device_more_down_never_cuts_fewer_off(pairs, down, more):
    known = neighbours(pairs)
    assert cut_off(known, down | {more}).count >= cut_off(known, down).count


@given(PAIRS, st.sets(st.integers(1, 9)))
def test_what_is_not_down_and_not_cut_off_is_in_one_piece(pairs, down):
    known = neighbours(pairs)
    others = cut_off(known, down).others
    assert not others & down
    for one in others:  # it reaches nothing that is left but what is cut off with it
        assert {far for far in known[one] if far not in down} <= others


@pytest.mark.parametrize(
    ("pairs", "lost", "left"),
    [
        (CHAIN, [(5, 4)], {(5, 4): "uplink"}),
        (CHAIN, [(4, 5)], {(4, 5): "last_link"}),
        (RING, [(4, 5)], {(4, 5): "parallel"}),
        (RING, [(4, 5), (2, 1)], {(4, 5): "last_link", (2, 1): "last_link"}),
        ([(1, 2)], [(1, 2)], {(1, 2): "uplink"}),
    ],
)
def test_what_a_device_loses_with_its_last_link(pairs, lost, left):
    assert left_after(neighbours(pairs), lost) == left


@pytest.mark.parametrize(
    ("one", "other"),
    [("GigabitEthernet0/1", "Gi0/1"), ("Ethernet1/49", "Eth1/49"), ("ge-0/0/0", "ge-0/0/0"),
     ("TenGigabitEthernet1/1/1", "Te1/1/1"), ("Port-channel 7", "Po7"), ("mgmt0", "MGMT0")],
)  # fmt: skip
def test_an_interface_is_known_by_its_short_and_its_long_name(one, other):
    assert short(one) == short(other)


def test_interfaces_of_another_kind_or_number_are_others():
    assert len({short(one) for one in ("Gi0/1", "Te0/1", "Gi0/10", "Gi0/1.7", "lo")}) == 5
