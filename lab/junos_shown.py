"""What Junos prints and answers about itself, as text and as XML. Pure: a device's state."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.device import MODEL, VERSION, LabDevice
from lab.tree import Node

UPTIME = 788_640  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    name: str
    description: str
    enabled: bool
    addresses: tuple[str, ...]  # of unit 0


def release() -> str:
    return VERSION["juniper_junos"]


def interfaces_of(device: LabDevice) -> Iterator[Interface]:
    top = device.root.find("interfaces") or Node("")
    for one in top.children:
        described = [child.line for child in one.children if child.line.startswith("description ")]
        family = _below(one, "unit 0", "family inet")
        yield Interface(
            name=one.line,
            description=described[0].partition(" ")[2].strip('"') if described else "",
            enabled=one.find("disable") is None,
            addresses=tuple(
                child.line.split()[1] for child in family if child.line.startswith("address ")
            ),
        )


def _below(node: Node, *path: str) -> list[Node]:
    here: Node | None = node
    for line in path:
        here = here.find(line) if here is not None else None
    return here.children if here is not None else []


def version(device: LabDevice) -> str:
    return (
        f"Hostname: {device.shown_hostname}\nModel: {MODEL['juniper_junos']}\n"
        f"Junos: {release()}\nJUNOS Software Release [{release()}]\n"
    )


def neighbours(device: LabDevice) -> str:
    head = "Local Interface    Parent Interface    Chassis Id    Port info    System Name\n"
    return head + "".join(
        f"{one.interface:19}-                   00:1c:73:{index:02x}:00:01   "
        f"{one.peer_interface:23} {one.peer}\n"
        for index, one in enumerate(device.neighbours)
    )


def interfaces(device: LabDevice) -> str:
    blocks = []
    for number, one in enumerate(interfaces_of(device)):
        state = "Enabled, Physical link is Up" if one.enabled else (
            "Administratively down, Physical link is Down"
        )  # fmt: skip
        blocks.append(
            f"Physical interface: {one.name}, {state}\n"
            f"  Interface index: {number}, SNMP ifIndex: {500 + number}\n"
            + (f"  Description: {one.description}\n" if one.description else "")
            + "  Link-level type: Ethernet, MTU: 1514, Speed: 1000mbps, Loopback: Disabled\n"
            + f"\n  Logical interface {one.name}.0 (Index 70) (SNMP ifIndex 520)\n"
            + "".join(
                f"      Destination: 10/8, Local: {address.partition('/')[0]}\n"
                for address in one.addresses
            )
        )
    return "\n".join(blocks)


def hardware(device: LabDevice) -> str:
    return (
        "Hardware inventory:\n"
        "Item             Version  Part number  Serial number     Description\n"
        f"Chassis                                {device.serial:18}{MODEL['juniper_junos']}\n"
        f"FPC 0            REV 07   750-012345   FP{device.serial:16}FPC\n"
        f"Power Supply 0   REV 02   740-054321   PS{device.serial:16}AC supply\n"
    )
