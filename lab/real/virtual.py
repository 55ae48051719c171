"""The lab as virtual machines: the same routers and server, and a controller. Starts nothing.

`python -m lab.real.virtual >lab/provision/machines.json` writes what the Vagrantfile reads.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address
from pathlib import Path

from lab.real import plans

FILE = Path(__file__).parents[1] / "provision" / "machines.json"
MANAGEMENT = IPv4Address("192.168.56.0")  # the range that VirtualBox allows without settings
FIRST_LINK = 2  # eth0 is Vagrant's own, eth1 the management network
CONTROLLER = "controller"
MEMORY = {CONTROLLER: 3072, "router": 512, "server": 512}  # MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Cable:
    """A network of two: the machine's own address in it, and the name both ends share."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualMachine:
    """`environment` is what lab/provision/ROLE.sh reads, but for the login's public key."""

    hostname: str
    role: str
    platform: str
    address: str
    memory: int
    cables: Sequence[Cable]
    environment: Mapping[str, str]


def machines(*, routers: int = 2, servers: int = 1) -> tuple[VirtualMachine, ...]:
    """The controller first: it is there before anybody needs it."""
    planned = plans.machines(slot=0, routers=routers, servers=servers, public_key="")
    return (
        VirtualMachine(
            hostname=CONTROLLER, role=CONTROLLER, platform="linux", address=str(MANAGEMENT + 10),
            memory=MEMORY[CONTROLLER], cables=(), environment={"NAME": CONTROLLER},
        ),
        *(_machine(place, one, routers) for place, one in enumerate(planned)),
    )  # fmt: skip


def _machine(place: int, planned: plans.Machine, routers: int) -> VirtualMachine:
    role = planned.environment["ROLE"]
    kept = {
        name: value
        for name, value in planned.environment.items()
        if name not in {"ADDRESS", "ROLE", "LOGIN_KEY", "LINKS"}
    }
    links = list(plans.peers(place, routers)) if role == "router" else []
    if links:
        kept["LINKS"] = " ".join(
            f"eth{number},{peer}" for number, (_, peer) in enumerate(links, start=FIRST_LINK)
        )
    return VirtualMachine(
        hostname=planned.hostname, role=role, platform=planned.platform,
        address=str(MANAGEMENT + 11 + place), memory=MEMORY[role], environment=kept,
        cables=tuple(
            Cable(name=f"trimtab-{min(peer.own, peer.neighbour)}", address=str(peer.own))
            for _, peer in links
        ),
    )  # fmt: skip


def text() -> str:
    """The file's content."""
    return json.dumps([asdict(one) for one in machines()], indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
