"""Bring real devices up on this machine and take them down. Leaves nothing behind."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import asyncssh

from lab.real import cables, convergence, plans
from lab.real.device import RealDevice
from lab.real.machine import RunningMachine
from lab.real.plans import Link, Machine
from lab.real.possible import available
from lab.real.slots import Slot, taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The devices that came up, or in one sentence why there are none."""

    devices: tuple[RealDevice, ...] = ()
    why_not: str = ""


@contextmanager
def up(*, routers: int = 2, servers: int = 1) -> Iterator[tuple[RealDevice, ...]]:
    """FRR routers in a row that have exchanged their routes, and Linux servers, all with SSH.

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
        convergence.wait(planned, devices)
        yield devices


@contextmanager
def try_up(*, routers: int = 2, servers: int = 1) -> Iterator[Tried]:
    """As `up`, but with the reason instead of devices where they are not possible or fail."""
    with ExitStack() as stack:
        try:
            devices = stack.enter_context(up(routers=routers, servers=servers))
            tried = Tried(devices=devices)
        except (RuntimeError, OSError, asyncssh.Error) as error:
            tried = Tried(why_not=str(error) or type(error).__name__)
        yield tried


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
