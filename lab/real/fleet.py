"""Bring real devices up on this machine and take them down. Leaves nothing behind."""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import asyncssh

from lab.real import cables, plans
from lab.real.device import RealDevice
from lab.real.machine import RunningMachine
from lab.real.plans import Link, Machine
from lab.real.possible import available
from lab.real.slots import Slot, taken

logger = logging.getLogger(__name__)
CONVERGENCE = 60.0  # seconds until every neighbour is there; usually four


@contextmanager
def up(*, routers: int = 2, servers: int = 1) -> Iterator[tuple[RealDevice, ...]]:
    """FRR routers in a row with BGP and OSPF up, and Linux servers, each with its own SSH.

    Keys are made anew each time. Raises RuntimeError with the reason when it is not possible.
    """
    reason = available()
    if reason is not None:
        raise RuntimeError(reason)
    login = asyncssh.generate_private_key("ssh-ed25519")
    with taken() as slot, ExitStack() as stack:
        planned = plans.machines(
            slot=slot.number, routers=routers, servers=servers, public_key=_public(login)
        )
        host = {one.hostname: asyncssh.generate_private_key("ssh-ed25519") for one in planned}
        running = [_start(stack, slot, one, host[one.hostname]) for one in planned]
        _wire(stack, slot, running, plans.links(routers=routers))
        for machine in running:
            machine.tell("wired")
        for machine in running:
            machine.wait_for("up")
        devices = tuple(_device(one, login, host[one.hostname]) for one in planned)
        _wait_for_neighbours(devices)
        yield devices


@contextmanager
def try_up(*, routers: int = 2, servers: int = 1) -> Iterator[tuple[RealDevice, ...]]:
    """As `up`, but no devices at all where they are not possible or do not start (logged)."""
    with ExitStack() as stack:
        devices: tuple[RealDevice, ...] = ()
        try:
            devices = stack.enter_context(up(routers=routers, servers=servers))
        except (RuntimeError, OSError) as error:
            logger.warning("No real devices: %s", error)
        yield devices


def _start(
    stack: ExitStack, slot: Slot, machine: Machine, host_key: asyncssh.SSHKey
) -> RunningMachine:
    running = RunningMachine(
        machine, slot.folder / machine.hostname, host_key=host_key.export_private_key().decode()
    )
    stack.callback(running.end)
    return running


def _wire(
    stack: ExitStack, slot: Slot, running: list[RunningMachine], links: Sequence[Link]
) -> None:
    for machine in running:
        machine.wait_for("wired?")
    for place, machine in enumerate(running):
        stack.callback(cables.remove, slot.number, place)
        cables.to_host(slot.number, place, machine)
    for link in links:
        cables.between(slot.number, link, running)


def _device(machine: Machine, login: asyncssh.SSHKey, host_key: asyncssh.SSHKey) -> RealDevice:
    return RealDevice(
        hostname=machine.hostname, platform=machine.platform, address=machine.address,
        port=plans.SSH_PORT, username=machine.username, key=login.export_private_key().decode(),
        host_key=_public(host_key), site=plans.SITE,
    )  # fmt: skip


def _public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


def _wait_for_neighbours(devices: Sequence[RealDevice]) -> None:
    until = time.monotonic() + CONVERGENCE
    routers = [device for device in devices if device.platform == "frr"]
    for place, router in enumerate(routers):
        wanted = (place > 0) + (place < len(routers) - 1)
        while (found := neighbours_up(router)) != (wanted, wanted):
            if time.monotonic() > until:
                raise RuntimeError(
                    f"{router.hostname} has {found} BGP and OSPF neighbours of {wanted} each "
                    f"after {CONVERGENCE:g} s."
                )
            time.sleep(0.2)


def neighbours_up(router: RealDevice) -> tuple[int, int]:
    """How many BGP neighbours have sent routes, and how many OSPF neighbours are full."""
    bgp = json.loads(router.run("show bgp ipv4 unicast summary json"))
    ospf = json.loads(router.run("show ip ospf neighbor json"))
    near = [one for heard in ospf.get("neighbors", {}).values() for one in heard]
    return (
        sum(peer.get("pfxRcd", 0) > 0 for peer in bgp.get("peers", {}).values()),
        sum(one["nbrState"].startswith("Full") for one in near),
    )
