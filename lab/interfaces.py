"""A device's interfaces as its configuration has them, for the commands that show them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_interface

from lab.device import LabDevice


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    name: str
    description: str
    enabled: bool
    address: str | None  # with the prefix length
    mtu: int
    mac: str  # 12 digits


def interfaces(device: LabDevice) -> Iterator[Interface]:
    for number, node in enumerate(device.root.children):
        if not node.line.startswith("interface "):
            continue
        lines = [child.line for child in node.children]
        address = _value(lines, "ip address ") or _value(lines, "ipv4 address ")
        yield Interface(
            name=node.line.split()[1],
            description=_value(lines, "description ") or "",
            enabled="shutdown" not in lines,
            address=ip_interface("/".join(address.split())).with_prefixlen if address else None,
            mtu=int(_value(lines, "mtu ") or 1500),
            mac=f"0200{int(device.serial[-6:]):04x}{number:04x}",
        )


def dotted(mac: str) -> str:
    """The MAC as both vendors' tables show it: 0200.0001.0003."""
    return f"{mac[:4]}.{mac[4:8]}.{mac[8:]}"


def _value(lines: list[str], start: str) -> str | None:
    return next((line.removeprefix(start) for line in lines if line.startswith(start)), None)
