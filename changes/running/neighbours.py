"""Neighbours seen before a wave and not after it, but for those that the change gives up itself.

A link that goes down is told of at once; one that comes back needs LLDP's next announcement
(IEEE 802.1AB: every 30 s). So who is missing is looked for again for a while.
"""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from changes.plans import Mark, Release
from core.context import Context
from inventory import discovery
from inventory.links import same_interface
from inventory.models import Relation

SETTLE_SECONDS = 35.0
RESTART_SECONDS = 240.0  # ports come up, spanning trees settle, then both ends announce
LOOK_SECONDS = 5.0

OFF = ("shutdown", "disable", "no lldp transmit", "no lldp receive", "no cdp enable")
ON = ("no shutdown", "lldp transmit", "lldp receive", "cdp enable")
GLOBAL = ("lldp run", "cdp run", "feature lldp", "feature cdp")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Link:
    """A neighbour by the own interface, both names as the device shows them."""

    interface: str
    peer: str

    def __str__(self) -> str:
        return f"{self.peer} at {self.interface}"


def seen(ctx: Context, device_id: int) -> frozenset[Link]:
    """The neighbours that the device's last collection told of."""
    rows = select(Relation.interface, Relation.peer_name).where(Relation.device_id == device_id)
    found = ctx.session.execute(rows).all()
    return frozenset(Link(interface=one.interface, peer=one.peer_name.lower()) for one in found)


def lost(
    before: Iterable[Link], after: Iterable[Link], declared: Collection[Mark]
) -> tuple[Link, ...]:
    """Who was there and is not any more, though the change does not say so. Pure."""
    if any(_gives_up_all(*one) for one in declared):
        return ()
    down = [(path or (line,))[-1] for path, line, side in declared if _takes_down(path, line, side)]
    return tuple(
        link for link in sorted(frozenset(before) - frozenset(after))
        if not any(same_interface(link.interface, _bare(one)) for one in down)
    )  # fmt: skip


def _gives_up_all(path: tuple[str, ...], line: str, side: str) -> bool:
    """Whether the protocol that tells of neighbours is switched off as a whole."""
    if path:
        return False
    off = side == "missing" and line.removeprefix("no ") in GLOBAL and line.startswith("no ")
    return off or (side == "extra" and line in GLOBAL)


def _takes_down(path: tuple[str, ...], line: str, side: str) -> bool:
    """Whether an interface is shut, taken away, or tells nobody of itself any more."""
    if not path:
        return side == "extra" and line.startswith("interface ")
    return (side == "missing" and line in OFF) or (side == "extra" and line in ON)


def _bare(name: str) -> str:
    return name.removeprefix("interface ").strip()


def still_lost(
    ctx: Context, device_id: int, before: Collection[Link], declared: Collection[Mark], *,
    patience: Callable[[], bool], release: Release | None = None,
) -> tuple[Link, ...]:  # fmt: skip
    """Who is missing after the last collection, and after looking again while there is patience.

    After an upgrade, `release`, the device has just restarted, and it takes longer.
    """
    until = time.monotonic() + (SETTLE_SECONDS if release is None else RESTART_SECONDS)
    gone = lost(before, seen(ctx, device_id), declared)
    while gone and patience() and time.monotonic() < until:
        ctx.commit()
        time.sleep(LOOK_SECONDS)
        discovery.collect(ctx, device_id)
        gone = lost(before, seen(ctx, device_id), declared)
    return gone
