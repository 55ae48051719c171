"""The first and the last change on real FRR routers and a real Linux server."""

import pytest

from tests.playbooks.test_real_checks import router, server, told
from tests.real_devices import real_lab

__all__ = ["real_lab", "router", "server"]

pytestmark = [pytest.mark.real, pytest.mark.slow]

LINES = ["ip prefix-list LIFECYCLE seq 5 permit 192.0.2.0/24"]


def lines(device):
    return device.run("show running-config").splitlines()


def test_a_router_is_commissioned_and_signed_in_to_anew(router, tmp_path):
    known = {"hostname": router.hostname}
    said, failed = told(
        tmp_path, "commission", router, trimtab_lines=LINES, trimtab_files=[],
        trimtab_identity=known,
    )  # fmt: skip
    shown = lines(router)
    told(tmp_path, "restore", router, trimtab_lines=[f"no {LINES[0]}"], trimtab_files=[])
    assert failed == frozenset(), said
    assert LINES[0] in shown
    assert said.endswith("it is the expected device")


def test_nothing_is_typed_on_another_router(router, tmp_path):
    said, failed = told(
        tmp_path, "commission", router, trimtab_lines=LINES, trimtab_files=[],
        trimtab_identity={"hostname": router.hostname, "serial": "ANOTHER"},
    )  # fmt: skip
    assert (said, failed) == (
        "its serial number is not shown, expected is ANOTHER", {router.hostname},
    )  # fmt: skip
    assert LINES[0] not in lines(router)


def test_a_router_whose_neighbour_is_up_is_not_taken_out_of_service(router, tmp_path):
    said, failed = told(
        tmp_path, "decommission", router, trimtab_lines=LINES, trimtab_neighbours=["192.0.2.7"],
        trimtab_identity={"hostname": router.hostname},
    )  # fmt: skip
    assert " is up" in said
    assert (failed, LINES[0] in lines(router)) == ({router.hostname}, False)


def test_a_server_is_commissioned_with_its_clock(server, tmp_path):
    motd = {"path": "/etc/motd", "content": "in service\n"}
    said, failed = told(
        tmp_path, "commission", server, trimtab_lines=[], trimtab_files=[motd],
        trimtab_identity={"hostname": server.hostname}, trimtab_clock_seconds=30,
    )  # fmt: skip
    assert failed == frozenset(), said
    assert said.endswith("as expected (0 looked at)")
