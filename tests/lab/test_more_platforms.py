"""NX-OS and IOS XR in the lab, as a person meets them."""

import pytest

from lab import more
from lab.hands import talk
from lab.network import Lab


@pytest.fixture(scope="module")
def running_lab():
    with Lab(devices=1, platforms=("cisco_nxos", "cisco_xr")) as lab:
        yield lab


@pytest.fixture
def nxos(running_lab):
    return _restored(running_lab.devices[1])


@pytest.fixture
def xr(running_lab):
    return _restored(running_lab.devices[2])


def _restored(device):
    number = 1 if device.platform == "cisco_nxos" else 2
    device.replace(more.configuration(device.platform, number), username="console")
    return device


def test_the_default_lab_is_as_it_was(running_lab):
    assert [one.platform for one in running_lab.devices] == ["cisco_ios", "cisco_nxos", "cisco_xr"]
    assert running_lab.devices[0].hostname == "site1-core01"


def test_nxos_refuses_what_needs_a_feature(nxos):
    shown = talk(nxos, ["configure terminal", "router bgp 65001", "feature bgp",
                        "router bgp 65001", "router-id 10.0.0.1", "end"])  # fmt: skip
    assert shown.count("% Invalid command at '^' marker.") == 1
    assert "router bgp 65001\n  router-id 10.0.0.1\n" in nxos.running()


def test_nxos_keeps_its_configuration_when_told(nxos):
    shown = talk(nxos, ["configure", "hostname other", "end", "copy running-config startup-config"])
    assert "Copy complete." in shown
    assert nxos.startup == nxos.running()


def test_xr_changes_nothing_before_the_commit(xr):
    before = xr.running()
    talk(xr, ["configure", "hostname other", "abort"])
    assert xr.running() == before


def test_xr_takes_what_is_committed(xr):
    talk(xr, ["configure", "hostname other", "commit", "end"])
    assert xr.running().startswith("hostname other\n")


@pytest.mark.parametrize(("answer", "name"), [("yes", "other"), ("no", "site1-xr02")])
def test_xr_asks_what_becomes_of_uncommitted_changes(xr, answer, name):
    shown = talk(xr, ["configure", "hostname other", "end", answer])
    assert "Uncommitted changes found" in shown
    assert xr.running().startswith(f"hostname {name}\n")


def test_xr_knows_no_ip_address(xr):
    shown = talk(xr, ["configure", "interface Loopback0", "ip address 10.0.0.1/32", "abort"])
    assert "% Invalid input detected" in shown
