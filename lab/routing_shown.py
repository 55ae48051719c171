"""What Cisco's and Arista's devices print about routes and routing neighbours, and ping. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_interface

from lab.device import LabDevice
from lab.interfaces import interfaces
from lab.tree import Node

SENT = 5  # echo requests of a ping
ROUTE = re.compile(r"ip route (?P<network>\S+?)(?:/(?P<length>\d+)| (?P<mask>\S+)) \S+")


@dataclass(frozen=True, slots=True)
class RoutingShown:
    device: LabDevice

    def bgp(self) -> str:
        router = self._section("router bgp ")
        if router is None:
            return "% BGP not active\n"
        lines = [child.line for child in router.children]
        rows = (
            self._peer(peer, number, up=f"neighbor {peer} shutdown" not in lines)
            for peer, number in self._peers(lines)
        )
        number = router.line.split()[2]
        return f"BGP router identifier 10.0.0.1, local AS number {number}\n\n{''.join(rows)}"

    def _peer(self, peer: str, number: str, *, up: bool) -> str:
        if self.device.platform == "arista_eos":
            state = "Estab   5      5" if up else "Idle(Admin)"
            return f"  {peer:15} 4 {number:>11} {1000:7} {1000:7} {0:4} {0:4}    1d02h {state}\n"
        state = "5" if up else "Idle (Admin)"
        return f"{peer:15} 4 {number:>11} {1000:7} {1000:7} {1:8} {0:4} {0:4} 1w2d     {state}\n"

    def ospf(self) -> str:
        if self._section("router ospf ") is None:
            return ""
        head = "Neighbor ID     Pri   State           Dead Time   Address         Interface\n"
        return head + "".join(
            f"{one.peer_address:15} {1:3}   FULL/DR         00:00:35    {one.peer_address:15} "
            f"{one.interface}\n"
            for one in self.device.neighbours
            if one.peer_address
        )

    def route(self, found: re.Match[str]) -> str:
        """One prefix, asked as `A.B.C.D/N` or `A.B.C.D MASK`."""
        try:
            asked = IPv4Network("/".join(found[1].split()), strict=False)
        except ValueError:
            return "% Invalid input detected at '^' marker.\n"
        if asked not in set(self._routes()):
            return "% Subnet not in table\n"
        if self.device.platform == "arista_eos":
            return f"VRF: default\n\n S        {asked} [1/0] via 10.0.0.1, Ethernet1\n"
        return f'Routing entry for {asked}\n  Known via "static", distance 1, metric 0\n'

    def ping(self, found: re.Match[str]) -> str:
        """Answers come from whatever lies in a network that there is a route to."""
        try:
            asked = IPv4Network(found[1])
        except ValueError:
            return "% Unrecognized host or address.\n"
        reached = any(asked.subnet_of(one) for one in self._routes())
        came = SENT if reached else 0
        if self.device.platform == "arista_eos":
            return (
                f"PING {found[1]} ({found[1]}) 72(100) bytes of data.\n\n"
                f"{SENT} packets transmitted, {came} received, {100 - came * 20}% packet loss\n"
            )
        return (
            f"Sending {SENT}, 100-byte ICMP Echos to {found[1]}, timeout is 2 seconds:\n"
            f"{('!' if reached else '.') * SENT}\n"
            f"Success rate is {came * 20} percent ({came}/{SENT})\n"
        )

    def _routes(self) -> Iterator[IPv4Network]:
        for one in interfaces(self.device):
            if one.enabled and one.address:
                yield IPv4Network(ip_interface(one.address).network)
        for node in self.device.root.children:
            found = ROUTE.match(node.line)
            if found:
                yield IPv4Network(f"{found['network']}/{found['length'] or found['mask']}")

    def _section(self, start: str) -> Node | None:
        return next((one for one in self.device.root.children if one.line.startswith(start)), None)

    def _peers(self, lines: list[str]) -> Iterator[tuple[str, str]]:
        for line in lines:
            words = line.split()
            if words[:1] == ["neighbor"] and words[2:3] == ["remote-as"]:
                yield words[1], words[3]
