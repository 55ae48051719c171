"""NX-OS, IOS XR and Junos are collected: configuration, facts, interfaces, modules, neighbours."""

import pytest

from inventory.drivers.napalm_apis import NapalmDriver
from inventory.drivers.netmiko_cli import NetmikoDriver
from inventory.drivers.protocol import Facts, Interface, Item, Neighbour
from lab.network import Lab
from tests.inventory.conftest import login_to
from tests.inventory.driver_contract import DriverContract


@pytest.fixture(scope="module")
def running_lab():
    with Lab(devices=1, platforms=("cisco_nxos", "cisco_xr", "juniper_junos")) as lab:
        yield lab


class TestNetmikoOnJunos(DriverContract):
    @pytest.fixture
    def driver(self):
        return NetmikoDriver()

    @pytest.fixture
    def login(self, running_lab):
        return login_to(running_lab.devices[3])


class TestNapalmOnJunos(DriverContract):
    @pytest.fixture
    def driver(self):
        return NapalmDriver()

    @pytest.fixture
    def login(self, running_lab):
        return login_to(running_lab.devices[3])


def test_nxos_is_collected(running_lab):
    device = running_lab.devices[1]
    found = NetmikoDriver().collect(login_to(device))
    assert found.facts == Facts(
        model="LAB-NX-48", serial=device.serial, os_version="9.3(8)", uptime=788_645,
        interfaces=(
            _up("Vlan10", "users", 10_000, "10.210.1.1/24"),
            _up("Ethernet1/1", "to site1-core01", 10_000, "10.211.1.2/30"),
            _up("Ethernet1/2", "user port 2", 10_000),
            Interface(name="Ethernet1/3", up=False, description="unused", speed=10_000),
            _up("loopback0", "router id", 10_000, "10.255.200.1/32"),
        ),
        items=(
            Item(name="Chassis", part="LAB-NX-48", serial=device.serial),
            Item(name="Power Supply 1", part="LAB-PWR-AC", serial=f"PS{device.serial}"),
        ),
    )  # fmt: skip
    assert found.running.endswith("router ospf 1\n  router-id 10.255.200.1\n\n")
    assert "hostname site1-nxos01\n" in (found.startup or "")


def test_xr_is_collected(running_lab):
    device = running_lab.devices[2]
    found = NetmikoDriver().collect(login_to(device))
    assert found.facts == Facts(
        model="LAB-XR-9", serial=device.serial, os_version="7.5.2", uptime=788_640,
        interfaces=(
            _up("Loopback0", "router id", 10_000, "10.255.201.2/32"),
            _up("GigabitEthernet0/0/0/0", "to site1-core01", 10_000, "10.212.2.2/30"),
            Interface(
                name="GigabitEthernet0/0/0/1", up=False, description="unused", speed=10_000
            ),
        ),
        items=(
            Item(name="Chassis", part="LAB-XR-9", serial=device.serial),
            Item(name="Power Supply 1", part="LAB-PWR-AC", serial=f"PS{device.serial}"),
        ),
    )  # fmt: skip
    assert (found.hostname, found.startup) == ("site1-xr02", None)


@pytest.mark.parametrize("number", [1, 2])
def test_cisco_neighbours_come_by_lldp_and_cdp(running_lab, number):
    device = running_lab.devices[number]
    [there] = device.neighbours
    seen = {
        "interface": there.interface, "peer_name": there.peer,
        "peer_interface": there.peer_interface, "peer_address": there.peer_address,
    }  # fmt: skip
    assert NetmikoDriver().collect(login_to(device)).neighbours == (
        Neighbour(**seen), Neighbour(**seen, protocol="cdp"),
    )  # fmt: skip


def test_junos_is_collected_over_netconf(running_lab):
    device = running_lab.devices[3]
    found = NapalmDriver().collect(login_to(device))
    assert found.facts == Facts(
        model="LABX4800", serial=device.serial, os_version="21.4R3.15", uptime=788_640,
        interfaces=(
            _up("ge-0/0/0", "to site1-core01", 1000),
            Interface(name="ge-0/0/1", up=False, description="unused", speed=1000),
            _up("lo0", "", 1000),
            _up("ge-0/0/0.0", "", 1000, "10.213.3.2/30"),
            _up("lo0.0", "", 1000, "10.255.202.3/32"),
        ),
        items=(
            Item(name="Chassis", serial=device.serial),
            Item(name="FPC 0", part="750-012345", serial=f"FP{device.serial}"),
            Item(name="Power Supply 0", part="740-054321", serial=f"PS{device.serial}"),
        ),
    )  # fmt: skip
    assert found.running.endswith(device.running())
    assert [one.peer_name for one in found.neighbours] == ["site1-core01"]


def test_junos_is_collected_on_its_command_line(running_lab):
    device = running_lab.devices[3]
    found = NetmikoDriver().collect(login_to(device))
    assert found.running.rstrip("\n").endswith(device.running().rstrip("\n"))
    assert [one.serial for one in found.facts.items] == [
        device.serial, f"FP{device.serial}", f"PS{device.serial}",
    ]  # fmt: skip
    assert [(one.name, one.up) for one in found.facts.interfaces] == [
        ("ge-0/0/0", True), ("ge-0/0/1", False), ("lo0", True),
    ]  # fmt: skip
    assert [one.peer_name for one in found.neighbours] == ["site1-core01"]


def _up(name: str, description: str, speed: int, *addresses: str) -> Interface:
    return Interface(name=name, up=True, description=description, speed=speed, addresses=addresses)
