"""Checks by name: what each device has to show is what it told last, without what goes anyway."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes import checks
from changes.checks import KINDS, chosen
from changes.plans import Check
from changes.requests import plan_of
from core.errors import InvalidInput
from inventory import snapshots
from inventory.drivers.states import static_routes
from inventory.models import Device, Relation
from inventory.report_models import DeviceReport
from tests.changes.office import configuration

SHUT = ("interface GigabitEthernet0/1", " shutdown")
PORTS = ("[::]:22", "0.0.0.0:443", "127.0.0.1:631", "[::1]:5432", "0.0.0.0:40000")


def interface(name, *, up=True, addresses=()):
    return {"name": name, "up": up, "addresses": list(addresses), "description": "", "speed": None}


def knows(office, hostname, *, links=(), interfaces=(), text=None, platform=None):
    """What the CMDB has of a device: neighbours as (interface, peer), interfaces, configuration."""
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids[hostname])
        device.platform = platform or device.platform
        ctx.session.add_all(
            Relation(
                device_id=device.id, kind="lldp", interface=one, peer_name=peer,
                peer_interface="", seen_at=ctx.now(),
            )
            for one, peer in links
        )  # fmt: skip
        if interfaces:
            ctx.session.add(DeviceReport(
                device_id=device.id, interfaces=list(interfaces), items=[], seen_at=ctx.now(),
            ))  # fmt: skip
        if text is not None:
            snapshots.store(ctx, device, source="running", doubts=(), facts={}, text=text)
        ctx.record("test.collected", device)


def told(office, *hostnames, **wanted):
    """The checks of a requested change, each with what it looks for, by the offices' names."""
    names = {office.name(one): one for one in office.ids}
    plan = plan_of(office.requested(*hostnames, **wanted))
    return {
        one.name: {names[name]: said for name, said in one.variables.get("hosts", {}).items()}
        for one in plan.checks
    }


def judged(office, target_change, asked, **plan):
    with office.acting("arranger") as ctx:
        return checks.checked(ctx, replace(plan_of(target_change), **plan), asked).checks


def test_a_change_of_one_wave_has_no_check_unasked(office):
    knows(office, "r1", links=[("GigabitEthernet0/1", "core-1")])
    assert told(office, "r1") == {}


def test_one_of_more_waves_looks_at_neighbours_and_interfaces(office):
    knows(office, "r1", links=[("GigabitEthernet0/1", "Core-1"), ("GigabitEthernet0/2", "a-2")])
    assert told(office, "r1", "r2") == {
        "neighbours_up": {"r1": {"trimtab_neighbours": ["a-2", "core-1"]}},
        "interface_errors": {},
    }


def test_a_device_of_which_nothing_is_known_is_left_out_of_the_check(office):
    knows(office, "r1", links=[("GigabitEthernet0/1", "core-1")])
    plan = plan_of(office.requested("r1", "r2"))
    found = {one.name: one.devices for one in plan.checks}
    assert found == {"neighbours_up": (office.ids["r1"],), "interface_errors": ()}
    assert [plan.checks[0].concerns(one) for one in plan.targets] == [True, False]


def test_an_emergency_and_a_change_by_hand_have_none_unasked(office):
    change = office.requested("r1", "r2")
    assert judged(office, change, None, kind="emergency") == ()
    assert judged(office, change, None, method="by_hand") == ()
    assert len(judged(office, change, None)) == 1


def test_no_check_is_a_choice(office):
    assert told(office, "r1", "r2", checks=()) == {}


def test_a_neighbour_that_the_change_gives_up_itself_is_not_expected(office):
    knows(
        office, "r1", links=[("Gi0/1", "core-1"), ("GigabitEthernet0/2", "core-2")],
        text=configuration("r1") + "interface GigabitEthernet0/1\n ip address 10.1.0.1 255.0.0.0\n",
    )  # fmt: skip
    assert told(office, "r1", lines=SHUT, checks=["neighbours_up"]) == {
        "neighbours_up": {"r1": {"trimtab_neighbours": ["core-2"]}}
    }


def test_interfaces_that_are_up_with_an_address_or_a_neighbour_must_stay_up(office):
    knows(
        office, "r1", links=[("Gi0/3", "core-3")],
        text=configuration("r1") + "interface GigabitEthernet0/1\n ip address 10.1.0.1 255.0.0.0\n",
        interfaces=[
            interface("GigabitEthernet0/1", addresses=["10.1.0.1/8"]),
            interface("GigabitEthernet0/2", up=False, addresses=["10.2.0.1/8"]),
            interface("GigabitEthernet0/3"), interface("GigabitEthernet0/4"),
            interface("Loopback0", addresses=["10.0.0.1/32"]),
        ],
    )  # fmt: skip
    assert told(office, "r1", lines=SHUT, checks=["interface_errors"]) == {
        "interface_errors": {"r1": {"trimtab_interfaces": ["GigabitEthernet0/3", "Loopback0"]}}
    }


def test_an_interface_that_the_change_takes_away_is_not_expected(office):
    knows(
        office, "r1", text=configuration("r1") + "interface Loopback5\n description old\n",
        interfaces=[interface("Loopback5", addresses=["10.5.0.1/32"])],
    )  # fmt: skip
    assert told(office, "r1", lines=["no interface Loopback5"], checks=["interface_errors"]) == {
        "interface_errors": {}
    }


def test_the_static_routes_that_stay_are_expected(office):
    routes = (
        "ip route 0.0.0.0 0.0.0.0 10.0.0.9\nip route 10.8.0.0 255.255.0.0 Null0 name sink\n"
        "ip route 10.9.0.0 255.255.0.0 10.0.0.9\nip route vrf blue 10.7.0.0 255.255.0.0 10.0.0.9\n"
    )
    knows(office, "r1", text=configuration("r1") + routes)
    gone = ["no ip route 10.9.0.0 255.255.0.0 10.0.0.9"]
    assert told(office, "r1", lines=gone, checks=["routes_present"]) == {
        "routes_present": {"r1": {"trimtab_routes": ["0.0.0.0/0", "10.8.0.0/16"]}}
    }


def test_the_management_address_needs_nothing_to_be_known(office):
    assert told(office, "r1", checks=["reachability"]) == {"reachability": {}}


def test_a_server_answers_at_the_ports_at_which_it_listened_for_others(office):
    change = office.requested("r1")
    text = "[listening]\n" + "".join(f" tcp {one}\n" for one in PORTS) + " udp 0.0.0.0:123\n"
    knows(office, "r1", platform="linux", text=f"[packages]\n a 1\n{text}")
    with office.acting("arranger") as ctx:
        seen = snapshots.latest(ctx, office.ids["r1"]).digest.hex()
    [target] = plan_of(change).targets
    server = replace(target, platform="linux", pre_state=seen)
    [check] = judged(office, change, ["service_answers"], targets=(server,))
    assert check.variables == {"hosts": {target.hostname: {"trimtab_ports": [22, 443]}}}


@pytest.mark.parametrize(("names", "words"), [
    (["neighbors"], "There is no check 'neighbors'; there are: neighbours_up, interface_errors, "),
    (["service_answers"], r"does not know cisco_ios \(r1-.*only linux"),
    (["neighbours_up"], "nothing to look for on r1-.*: no neighbour was seen"),
    (["routes_present"], "nothing to look for on r1-.*no IPv4 route"),
])  # fmt: skip
def test_a_check_that_cannot_be_had_is_refused_with_what_to_do(office, names, words):
    with pytest.raises(InvalidInput, match=words):
        office.requested("r1", checks=names)


def test_a_change_by_hand_takes_no_check(office):
    with pytest.raises(InvalidInput, match="by hand is not run by Trimtab"):
        office.requested("r1", checks=["reachability"], method="by_hand")


def test_a_check_that_was_made_before_is_made_anew(office):
    change = office.requested("r1", checks=["reachability"])
    old = replace(plan_of(change).checks[0], digest="old")
    own = Check(name="lines", playbook="pre_check", digest="old", when="before",
                variables={"trimtab_expect": [], "trimtab_gone": []})  # fmt: skip
    found = judged(office, change, (old, own))
    assert found == (plan_of(change).checks[0], replace(own, digest=found[1].digest))
    assert found[1].digest != "old"


def test_one_that_has_nothing_to_look_for_any_more_is_left_out_when_it_is_made_anew(office):
    gone = Check(name="neighbours_up", playbook="neighbours_up", digest="old", when="both")
    assert judged(office, office.requested("r1"), (gone,)) == ()


@given(st.lists(st.sampled_from([*KINDS])))
def test_what_is_chosen_keeps_its_order_and_is_named_once(names):
    assert chosen(names) == (tuple(dict.fromkeys(names)) or None)


def test_none_stands_alone():
    assert chosen(["none"]) == ()
    with pytest.raises(InvalidInput, match="stands alone"):
        chosen(["none", "reachability"])


@pytest.mark.parametrize(("platform", "line", "routes"), [
    ("arista_eos", "ip route 10.8.0.0/16 10.0.0.9", ("10.8.0.0/16",)),
    ("frr", "ip route 0.0.0.0/0 192.0.2.1 200", ("0.0.0.0/0",)),
    ("cisco_ios", "ip route 10.8.0.0 255.0.255.0 10.0.0.9", ()),
    ("arista_eos", "vrf instance blue\n ip route 10.8.0.0/16 10.0.0.9", ()),
    ("arista_eos", "ip route vrf blue 10.8.0.0/16 10.0.0.9", ()), ("linux", "ip route x", ()),
])  # fmt: skip
def test_static_routes_are_read_as_the_platform_writes_them(platform, line, routes):
    assert static_routes(platform, f"hostname r1\n{line}\n{line}\n") == routes
