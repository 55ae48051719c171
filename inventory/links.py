"""One link that two protocols tell of is one link. Pure: asks no device, writes no table."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from inventory.drivers.protocol import Neighbour

PORT = re.compile(r"(?P<kind>[A-Za-z-]*) *(?P<place>.*)", re.DOTALL)


def links(told: Sequence[Neighbour]) -> tuple[Neighbour, ...]:
    """What LLDP tells, completed by what CDP tells of the same links; then CDP's other ones.

    A link is the same where the own interface is, and the peer's name or address.
    """
    once = {(one.protocol, one.interface, one.peer_name): one for one in told}.values()
    by_cdp: defaultdict[str, list[Neighbour]] = defaultdict(list)
    for one in once:
        if one.protocol == "cdp":
            by_cdp[_place(one.interface)].append(one)
    found = [
        _completed(one, by_cdp[_place(one.interface)]) for one in once if one.protocol == "lldp"
    ]
    return (*found, *(one for others in by_cdp.values() for one in others))


def same_interface(one: str, other: str) -> bool:
    """Whether two names are one interface's, the one perhaps short: Gi0/1, GigabitEthernet0/1."""
    return _place(one) == _place(other) and _same_kind(one, other)


def _completed(seen: Neighbour, others: list[Neighbour]) -> Neighbour:
    """The neighbour with what it leaves out itself; its twins are taken from the others."""
    twins = [
        one for one in others
        if same_interface(seen.interface, one.interface) and _same_peer(seen, one)
    ]  # fmt: skip
    others[:] = [one for one in others if one not in twins]
    for twin in twins:
        seen = replace(
            seen,
            peer_interface=seen.peer_interface or twin.peer_interface,
            peer_address=seen.peer_address or twin.peer_address,
        )
    return seen


def _same_peer(one: Neighbour, other: Neighbour) -> bool:
    address = one.peer_address is not None and one.peer_address == other.peer_address
    return address or one.peer_name.lower() == other.peer_name.lower()


def _same_kind(one: str, other: str) -> bool:
    """Whether one's kind of interface is the other's, or short for it: Gi of GigabitEthernet."""
    first, second = _kind(one), _kind(other)
    return first.startswith(second) or second.startswith(first)


def _kind(interface: str) -> str:
    found = PORT.match(interface)
    return found["kind"].lower() if found else ""


def _place(interface: str) -> str:
    found = PORT.match(interface)
    return found["place"] if found else interface
