"""The checks between waves, on simulated devices: each holds where all is well, fails where not."""

import socket
from dataclasses import replace
from ipaddress import ip_interface

import pytest

from inventory.drivers import states
from inventory.drivers.errors import UnsupportedPlatform
from lab.interfaces import interfaces
from lab.network import Fault, Lab
from tests.http_server import Door, answering
from tests.inventory.conftest import login_to
from tests.playbooks.running import play

pytestmark = pytest.mark.slow

PEER = "10.255.0.1"


@pytest.fixture(scope="module")
def lab():
    with Lab(devices=2, seed=3) as lab:
        yield lab


@pytest.fixture
def logins(lab):
    yield [login_to(one) for one in lab.devices]
    for device in lab.devices:
        device.faults.clear()


def told(tmp_path, name, logins, **variables):
    """What is said of each host, and who failed."""
    result, heard = play(tmp_path, name, logins, **variables)
    return {one.host: one.text for one in heard}, result.failed


def both(logins, words):
    return {one.hostname: words for one in logins}


def test_neighbours_that_lldp_bgp_and_ospf_tell_are_up_and_others_are_not_seen(
    lab, logins, tmp_path
):
    ios, eos = lab.devices
    address = {one.hostname: one.neighbours[0].peer_address for one in lab.devices}
    said, failed = told(
        tmp_path, "neighbours_up", logins[:1], trimtab_neighbours=[eos.hostname.upper(), PEER]
    )
    assert (said, failed) == ({ios.hostname: "as expected (2 looked at)"}, frozenset())
    said, failed = told(
        tmp_path, "neighbours_up", logins,
        trimtab_neighbours=[PEER, "nobody", address[ios.hostname] or PEER],
    )  # fmt: skip
    assert failed == {ios.hostname, eos.hostname}
    assert all("the neighbour nobody is not seen" in words for words in said.values())


def test_a_bgp_neighbour_that_is_down_is_told_with_its_protocol(lab, logins, tmp_path):
    lines = [next(one for one in device.root.children if one.line.startswith("router bgp"))
             for device in lab.devices]  # fmt: skip
    for device, router in zip(lab.devices, lines, strict=True):
        router.children.append(type(router)(f"neighbor {PEER} shutdown"))
        device.touched("test")
    said, failed = told(tmp_path, "neighbours_up", logins, trimtab_neighbours=[PEER])
    for router in lines:
        router.children.pop()
    assert said == both(logins, f"the neighbour {PEER} is down (BGP)")
    assert len(failed) == 2


def test_routes_that_are_there_are_found_and_others_are_missed(lab, logins, tmp_path):
    own = {device.hostname: f"10.255.0.{number}/32" for number, device in enumerate(lab.devices, 1)}
    for login in logins:
        said, failed = told(
            tmp_path, "routes_present", [login], trimtab_routes=[own[login.hostname]]
        )
        assert (said, failed) == ({login.hostname: "as expected (1 looked at)"}, frozenset())
    said, _ = told(tmp_path, "routes_present", logins, trimtab_routes=["192.0.2.0/24"])
    assert said == both(logins, "there is no route to 192.0.2.0/24")


def test_a_device_is_reached_and_reaches_what_it_has_a_route_to(lab, logins, tmp_path):
    said, failed = told(tmp_path, "reachability", logins, trimtab_targets=[shared_address(lab)])
    assert failed == frozenset(), said
    said, failed = told(tmp_path, "reachability", logins, trimtab_targets=["192.0.2.1"])
    assert said == both(logins, "192.0.2.1 does not answer a ping")
    assert len(failed) == 2


def shared_address(lab):
    """An address in a network that both devices have an interface in: their link's."""
    first, second = (
        {ip_interface(one.address).network for one in interfaces(device) if one.address}
        for device in lab.devices
    )
    return str(next(min(first & second).hosts()))


def test_a_port_that_does_not_answer_fails_whatever_the_device_says(logins, tmp_path):
    with socket.socket() as nobody:
        nobody.bind((logins[0].address, 0))
        port = nobody.getsockname()[1]
        said, failed = told(tmp_path, "reachability", logins[:1], trimtab_ports=[port])
    assert "does not answer" in said[logins[0].hostname]
    assert failed == {logins[0].hostname}


def test_interfaces_that_are_up_without_new_errors_pass(logins, tmp_path):
    said, failed = told(
        tmp_path, "interface_errors", logins, trimtab_interfaces=["Loopback0"], trimtab_seconds=0
    )
    assert (said, failed) == (both(logins, "as expected (1 looked at)"), frozenset())


def test_new_errors_and_interfaces_that_are_down_or_missing_are_named(lab, logins, tmp_path):
    for device in lab.devices:
        device.faults.add(Fault.ERRORS)
    said, failed = told(
        tmp_path, "interface_errors", logins, trimtab_interfaces=["Tunnel9"], trimtab_seconds=0
    )
    assert said == both(
        logins,
        "the interface Tunnel9 is not there; the interface Loopback0 counted 1 new errors",
    )
    assert len(failed) == 2


def test_another_host_behind_the_address_is_not_looked_at(lab, logins, tmp_path):
    lab.devices[0].faults.add(Fault.WRONG_PROMPT)
    said, failed = told(tmp_path, "neighbours_up", logins[:1], trimtab_neighbours=[PEER])
    assert "calls itself somebody-else" in said[logins[0].hostname]
    assert failed == {logins[0].hostname}


def test_a_target_that_is_no_address_fails_with_the_reason(logins, tmp_path):
    said, failed = told(tmp_path, "reachability", logins[:1], trimtab_targets=["not an address"])
    assert "does not appear to be an IPv4 or IPv6 address" in said[logins[0].hostname]
    assert failed == {logins[0].hostname}


class Page(Door):
    def get(self):
        self.send_response(204 if self.path == "/fine" else 500)
        self.end_headers()


@pytest.fixture
def pages():
    """A web server on loopback, and its port."""
    with answering(Page) as server:
        yield server.server_port


def test_pages_answer_with_the_status_that_is_expected(logins, tmp_path, pages):
    server = replace(logins[0], platform="linux", address="127.0.0.1")
    fine = {"port": pages, "path": "/fine", "status": 204}
    said, failed = told(tmp_path, "service_answers", [server], trimtab_pages=[fine])
    assert (said, failed) == ({server.hostname: "all 1 answer"}, frozenset())
    said, failed = told(
        tmp_path, "service_answers", [server], trimtab_pages=[fine, {"port": pages, "path": "/x"}]
    )
    assert said[server.hostname] == (
        f"/x at port {pages} of 127.0.0.1 answers 500, expected is 200"
    )
    assert failed == {server.hostname}


def test_a_platform_that_is_not_known_is_told_with_those_that_are():
    with pytest.raises(UnsupportedPlatform, match="arista_eos, cisco_ios"):
        states.states_of("juniper_junos")


ROWS = """\
10.0.0.1        4      65002        10        12        0    0    0 00:05:01            1        2
10.0.0.2        4      65002         0         3        0    0    0    never       Active        0
10.0.0.3        4      65002        10        12        0    0    0 00:05:01     (Policy) (Policy)
10.0.0.4        4        65002    1000    1000        1    0    0 1w2d     Idle (Admin)
"""


def test_the_states_of_bgp_neighbours_are_read_from_their_rows():
    def ask(commands):
        return [ROWS if "bgp" in one else "" for one in commands]

    wrong = states.neighbours(ask, "frr", [f"10.0.0.{number}" for number in range(1, 5)])
    assert wrong == ["the neighbour 10.0.0.2 is down (BGP)", "the neighbour 10.0.0.4 is down (BGP)"]
