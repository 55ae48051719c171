"""A last change shuts interfaces, and never the way by which it comes in."""

import pytest

from changes.lifecycle.shutting import shutting
from core.errors import InvalidInput
from inventory import snapshots
from inventory.models import Device

PORTS = """\
interface GigabitEthernet0/0
 ip address {address} 255.255.255.0
interface GigabitEthernet0/1
 description to r2
interface GigabitEthernet0/2
 shutdown
interface Vlan10
 ip address 10.1.1.1 255.255.255.0
"""
BY_VLAN = PORTS.format(address="192.0.2.1").replace("10.1.1.1", "{address}")


@pytest.fixture
def shut(life):
    """The lines that would shut a device that shows this."""

    def shut(text, *keep):
        device = life.device()
        address = f"10.88.{device.id // 250}.{device.id % 250}"
        life.put("r1", address=address)  # no other office's device names it
        shown = f"hostname {device.hostname}\n{text.format(address=address)}"
        with life.office.acting("arranger") as ctx:
            row = ctx.get(Device, device.id)
            snapshots.store(ctx, row, source="running", doubts=(), facts={}, text=shown)
            ctx.record("test.collected", row)
            return shutting(ctx, row, keep=keep)

    return shut


def test_every_interface_is_shut_but_for_the_managements(shut):
    assert shut(PORTS) == (
        "interface GigabitEthernet0/1", " shutdown", "interface Vlan10", " shutdown",
    )  # fmt: skip


def test_what_is_to_be_kept_stays_up_by_its_short_name_too(shut):
    assert shut(PORTS, "Gi0/1") == ("interface Vlan10", " shutdown")


@pytest.mark.parametrize("text", [BY_VLAN, PORTS.replace("{address}", "192.0.2.1")])
def test_where_the_port_of_the_management_is_not_known_the_ports_to_keep_are_asked_for(shut, text):
    with pytest.raises(InvalidInput, match="Name the interfaces to keep"):
        shut(text)


def test_the_interface_of_the_management_is_never_shut(shut):
    assert shut(BY_VLAN, "GigabitEthernet0/1") == ("interface GigabitEthernet0/0", " shutdown")


def test_an_interface_to_keep_that_is_not_there_is_told(shut):
    with pytest.raises(InvalidInput, match="has no interface Gi0/9"):
        shut(PORTS, "Gi0/9")
