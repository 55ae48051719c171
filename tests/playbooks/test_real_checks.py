"""The checks between waves on real FRR routers and a real Linux server."""

import pytest

from inventory.drivers.login import Login, PublicKey
from tests.playbooks.running import play
from tests.real_devices import real_lab

__all__ = ["real_lab"]

pytestmark = [pytest.mark.real, pytest.mark.slow]


def login_of(device):
    algorithm, key = device.host_key.split()[:2]
    return Login(
        hostname=device.hostname, address=device.address, port=device.port, timeout=10.0,
        platform=device.platform, username=device.username, key=device.key, driver=device.platform,
        host_key=PublicKey(algorithm=algorithm, public_key=key),
    )  # fmt: skip


@pytest.fixture
def router(real_lab):
    return next(one for one in real_lab if one.platform == "frr")


@pytest.fixture
def server(real_lab):
    return next(one for one in real_lab if one.platform == "linux")


def told(tmp_path, name, device, **variables):
    result, heard = play(tmp_path, name, [login_of(device)], **variables)
    return "; ".join(one.text for one in heard), result.failed


def test_the_neighbours_of_a_router_are_up_and_others_are_not(router, tmp_path):
    shown = router.run("show ip bgp summary")
    peer = next(line.split()[0] for line in shown.splitlines() if " 4 " in line)
    said, failed = told(tmp_path, "neighbours_up", router, trimtab_neighbours=[peer])
    assert (said, failed) == ("as expected (1 looked at)", frozenset())
    said, failed = told(tmp_path, "neighbours_up", router, trimtab_neighbours=[peer, "192.0.2.7"])
    assert said == "the neighbour 192.0.2.7 is not seen"


def test_the_routes_of_a_router_are_there_and_others_are_not(router, tmp_path):
    shown = router.run("show ip route bgp").split() + router.run("show ip route ospf").split()
    route = next(one for one in shown if "/" in one and one[0].isdigit())
    said, failed = told(tmp_path, "routes_present", router, trimtab_routes=[route])
    assert (said, failed) == ("as expected (1 looked at)", frozenset())
    said, failed = told(tmp_path, "routes_present", router, trimtab_routes=["192.0.2.0/24"])
    assert (said, failed) == ("there is no route to 192.0.2.0/24", {router.hostname})


def test_the_interfaces_of_a_router_are_up_and_count_no_errors(router, tmp_path):
    said, failed = told(
        tmp_path, "interface_errors", router, trimtab_interfaces=["lo"], trimtab_seconds=0
    )
    assert (said, failed) == ("as expected (1 looked at)", frozenset())
    said, _ = told(
        tmp_path, "interface_errors", router, trimtab_interfaces=["eth99"], trimtab_seconds=0
    )
    assert said == "the interface eth99 is not there"


def test_a_router_cannot_ping_and_says_so(router, tmp_path):
    said, failed = told(tmp_path, "reachability", router, trimtab_targets=["192.0.2.1"])
    assert "how to ask frr for a ping" in said
    assert failed == {router.hostname}


def test_a_server_is_looked_at_over_ansibles_own_connection(server, tmp_path):
    said, failed = told(
        tmp_path, "interface_errors", server, trimtab_interfaces=["lo"], trimtab_seconds=0
    )
    assert (said, failed) == ("as expected (1 looked at)", frozenset())
    said, failed = told(tmp_path, "routes_present", server, trimtab_routes=["192.0.2.0/24"])
    assert (said, failed) == ("there is no route to 192.0.2.0/24", {server.hostname})


def test_a_server_answers_at_its_ports_and_not_at_others(server, tmp_path):
    said, failed = told(tmp_path, "service_answers", server, trimtab_ports=[server.port])
    assert (said, failed) == ("all 1 answer", frozenset())
    _, failed = told(tmp_path, "service_answers", server, trimtab_ports=[1])
    assert failed == {server.hostname}


def test_a_server_without_systemd_has_no_active_unit(server, tmp_path):
    _, failed = told(tmp_path, "service_answers", server, trimtab_services=["nothing.service"])
    assert failed == {server.hostname}
