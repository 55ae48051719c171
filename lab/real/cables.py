"""Network interfaces between machines, and from each to this host. Touches no other interface."""

import subprocess
import time
from contextlib import suppress

from lab.real.machine import RunningMachine
from lab.real.plans import Link

PATIENCE = 5.0


def to_host(slot: int, place: int, machine: RunningMachine) -> None:
    """A pair of interfaces: `eth0` in the machine, one with an address of its /30 here."""
    name = f"tt{slot}m{place}"
    _gone(name)
    _ip("link", "add", name, "type", "veth", "peer", "name", f"{name}p")
    _ip("link", "set", f"{name}p", "netns", str(machine.pid), "name", "eth0")
    _ip("address", "add", machine.machine.host_side, "dev", name)
    _ip("link", "set", name, "up")


def between(slot: int, link: Link, machines: list[RunningMachine]) -> None:
    """A pair of interfaces with an end in each machine."""
    name = f"tt{slot}l{link.first}"
    _gone(name)
    _ip("link", "add", name, "type", "veth", "peer", "name", f"{name}p")
    first, second = machines[link.first].pid, machines[link.second].pid
    _ip("link", "set", name, "netns", str(first), "name", link.first_interface)
    _ip("link", "set", f"{name}p", "netns", str(second), "name", link.second_interface)


def remove(slot: int, place: int) -> None:
    """The pair to the host goes with its machine; this only does not wait for the kernel."""
    with suppress(RuntimeError):
        _ip("link", "delete", f"tt{slot}m{place}")


def _gone(name: str) -> None:
    """The kernel takes a dead machine's interfaces away a moment later: help, then look."""
    until = time.monotonic() + PATIENCE
    while _exists(name) and time.monotonic() < until:
        with suppress(RuntimeError):
            _ip("link", "delete", name)


def _exists(name: str) -> bool:
    shown = subprocess.run(
        ["ip", "link", "show", name],  # noqa: S607
        capture_output=True, check=False,
    )  # fmt: skip
    return shown.returncode == 0


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], check=False, capture_output=True, text=True)  # noqa: S607
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
