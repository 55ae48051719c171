"""A link that LLDP and CDP tell of is one relation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import discovery, relations
from inventory.drivers.napalm_apis import NapalmDriver
from inventory.drivers.protocol import Neighbour
from inventory.links import links
from lab.network import Lab
from tests.inventory.conftest import login_to

LLDP = Neighbour(interface="Gi0/1", peer_name="r2", peer_interface="Gi0/9")
CDP = Neighbour(
    interface="GigabitEthernet0/1", peer_name="R2", peer_interface="GigabitEthernet0/9",
    peer_address="192.0.2.2", protocol="cdp",
)  # fmt: skip
COMPLETED = Neighbour(
    interface="Gi0/1", peer_name="r2", peer_interface="Gi0/9", peer_address="192.0.2.2"
)


def cdp(**values):
    there = {"interface": "Gi0/1", "peer_name": "r2", "protocol": "cdp"}
    return Neighbour(**{**there, **values})


@pytest.mark.parametrize("told", [(LLDP, CDP), (CDP, LLDP)])
def test_lldp_wins_and_cdp_adds_what_it_leaves_out(told):
    assert links(told) == (COMPLETED,)


def test_what_only_one_of_them_tells_stays():
    other = cdp(interface="Gi0/2")
    assert links((LLDP, other)) == (LLDP, other)


@pytest.mark.parametrize(
    ("lldp", "seen"),
    [
        ("Te1/0/1", "TenGigabitEthernet1/0/1"), ("Eth1/1", "Ethernet1/1"), ("mgmt0", "mgmt0"),
        ("GigabitEthernet0/0/0/0", "GigabitEthernet0/0/0/0"), ("Twe1/0/1", "TwentyFiveGigE1/0/1"),
    ],
)  # fmt: skip
def test_an_interface_is_the_same_by_its_short_name(lldp, seen):
    told = (Neighbour(interface=lldp, peer_name="r2"), cdp(interface=seen))
    assert links(told) == told[:1]


@pytest.mark.parametrize("interface", ["Gi0/11", "Te0/1", "Gi1/0/1"])
def test_another_interface_is_another_link(interface):
    assert len(links((LLDP, cdp(interface=interface)))) == 2


def test_two_neighbours_at_one_interface_are_two():
    assert len(links((LLDP, cdp(peer_name="r3")))) == 2


def test_a_peer_is_the_same_by_its_address():
    there = Neighbour(interface="Gi0/1", peer_name="phone-17", peer_address="192.0.2.7")
    assert links((there, cdp(peer_name="SEP001122334455", peer_address="192.0.2.7"))) == (there,)


NAMES = st.sampled_from(["Gi0/1", "GigabitEthernet0/1", "Te0/1", "Gi0/2", "mgmt0", ""])
SEEN = st.builds(
    Neighbour, interface=NAMES, peer_name=st.sampled_from(["r2", "R2", "r3"]),
    peer_address=st.sampled_from([None, "192.0.2.2"]), protocol=st.sampled_from(["lldp", "cdp"]),
)  # fmt: skip


@given(st.lists(SEEN))
def test_nothing_that_lldp_tells_is_lost_and_nothing_is_invented(told):
    found = links(told)
    assert {(one.interface, one.peer_name) for one in found if one.protocol == "lldp"} == {
        (one.interface, one.peer_name) for one in told if one.protocol == "lldp"
    }
    assert {one for one in found if one.protocol == "cdp"} <= set(told)


@given(st.lists(SEEN))
def test_no_relation_is_there_twice(told):
    keys = [(one.protocol, one.interface, one.peer_name) for one in links(told)]
    assert len(keys) == len(set(keys))


@pytest.fixture
def kept(ctx, enrol):
    """The relations of a lab device after a collection, as (kind, peer, peer's address)."""

    def kept(there, **values):
        device = enrol(there, **values)
        discovery.collect(ctx, device.id)
        return sorted(
            (one.kind, one.interface, one.peer_name, one.peer_address)
            for one in relations.list_relations(ctx, device.id)
        )

    return kept


def expected(device, kind, short=("GigabitEthernet", "Gi")):
    return sorted(
        (kind, one.interface.replace(*short), one.peer, one.peer_address)
        for one in device.neighbours
        if kind == "lldp" or one.speaks_cdp
    )


def test_a_collection_keeps_one_relation_a_link(lab, kept):
    there = lab.devices[2]
    assert kept(there) == expected(there, "lldp")


def test_where_lldp_is_off_the_links_are_those_of_cdp(lab, kept):
    there = lab.devices[2]
    lab.apply(there, ["no lldp run"])
    assert kept(there) == expected(there, "cdp", ("", ""))
    assert len(there.neighbours) > len(expected(there, "cdp")) > 0  # one of them speaks LLDP only


def test_where_cdp_is_off_the_links_are_those_of_lldp(lab, kept):
    there = lab.devices[2]
    lab.apply(there, ["no cdp run"])
    assert kept(there) == expected(there, "lldp")


def test_a_link_that_lldp_begins_to_tell_of_changes_its_kind(ctx, lab, enrol):
    there, device = lab.devices[2], enrol(lab.devices[2])
    lab.apply(there, ["no lldp run"])
    discovery.collect(ctx, device.id)
    lab.apply(there, ["lldp run"])
    discovery.collect(ctx, device.id)
    assert {one.kind for one in relations.list_relations(ctx, device.id)} == {"lldp"}


@pytest.mark.parametrize("number", [1, 2])
def test_nxos_and_xr_keep_one_relation_a_link_too(kept, number):
    with Lab(devices=1, platforms=("cisco_nxos", "cisco_xr")) as lab:
        there = lab.devices[number]
        assert kept(there) == expected(there, "lldp", ("", ""))


def test_napalm_brings_cdp_in_its_session(lab):
    there = lab.devices[2]
    logins = there.logins
    found = NapalmDriver().collect(login_to(there)).neighbours
    assert [one.peer_name for one in found if one.protocol == "cdp"] == [
        one.peer for one in there.neighbours if one.speaks_cdp
    ]
    assert there.logins == logins + 1
