"""Who is in a lab of real devices, with which addresses and neighbours. Pure; starts nothing.

Addresses that the host sees are from 198.18.0.0/15 (RFC 2544: never routed), a /24 for each lab
and a /30 for each machine. Everything else is the same in every lab: no two labs meet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

LABS = IPv4Network("198.18.0.0/16")
MOST = 63  # machines in a /24
FIRST_AS = 65001  # RFC 6996, for private use
SITE = "real"
SSH_PORT = 22
LOGINS: Mapping[str, str] = {"frr": "netops", "linux": "root"}
ROLES: Mapping[str, str] = {"frr": "router", "linux": "server"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One machine: its place in the lab, and the environment that its provisioning reads."""

    hostname: str
    platform: Literal["frr", "linux"]
    address: str
    host_side: str
    username: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cable between two machines, given by their places in the lab."""

    first: int
    first_interface: str
    second: int
    second_interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A router's end of a link: its own address of the /30, the neighbour's, the neighbour's AS."""

    own: IPv4Address
    neighbour: IPv4Address
    asn: int

    def __str__(self) -> str:
        return f"{self.own}/30,{self.neighbour},{self.asn}"


def slots() -> int:
    """How many labs fit side by side."""
    return 1 << (24 - LABS.prefixlen)


def machines(*, slot: int, routers: int, servers: int, public_key: str) -> tuple[Machine, ...]:
    """Routers in a row, each a BGP and OSPF neighbour of the next; then the servers."""
    if routers < 0 or servers < 0 or routers + servers > MOST:
        raise ValueError(f"A lab of real devices has 0 to {MOST} machines.")
    net = LABS.network_address + (slot << 8)
    return tuple(
        _machine(f"real-router{n + 1}", "frr", net + 4 * n, public_key, _routing(n, routers))
        for n in range(routers)
    ) + tuple(
        _machine(f"real-server{n + 1}", "linux", net + 4 * (routers + n), public_key, {})
        for n in range(servers)
    )


def links(*, routers: int) -> tuple[Link, ...]:
    return tuple(
        Link(first=n, first_interface="eth2", second=n + 1, second_interface="eth1")
        for n in range(routers - 1)
    )


def _machine(
    name: str, platform: Literal["frr", "linux"], net: IPv4Address, public_key: str,
    more: Mapping[str, str],
) -> Machine:  # fmt: skip
    shared = {
        "NAME": name, "ADDRESS": f"{net + 2}/30", "ROLE": ROLES[platform],
        "LOGIN": LOGINS[platform], "LOGIN_KEY": public_key,
    }  # fmt: skip
    return Machine(
        hostname=name, platform=platform, address=str(net + 2), host_side=f"{net + 1}/30",
        username=LOGINS[platform], environment={**shared, **more},
    )  # fmt: skip


def _routing(place: int, routers: int) -> dict[str, str]:
    return {
        "ASN": str(FIRST_AS + place),
        "LOOPBACK": str(IPv4Address("10.255.0.1") + place),
        "NETWORK": str(IPv4Network((int(IPv4Address("10.101.0.0")) + (place << 16), 16))),
        "LINKS": " ".join(f"{name},{peer}" for name, peer in peers(place, routers)),
    }


def peers(place: int, routers: int) -> Iterator[tuple[str, Peer]]:
    """The neighbour before on eth1, the one behind on eth2."""
    between = IPv4Address("10.254.0.0")
    if place > 0:
        net = between + 4 * (place - 1)
        yield "eth1", Peer(own=net + 2, neighbour=net + 1, asn=FIRST_AS + place - 1)
    if place < routers - 1:
        net = between + 4 * place
        yield "eth2", Peer(own=net + 1, neighbour=net + 2, asn=FIRST_AS + place + 1)
