"""Relations that devices report of each other. Invents none."""

from collections.abc import Collection, Mapping, Sequence
from typing import get_args

from sqlalchemy import func, select

from core.context import Context
from inventory.drivers.protocol import Neighbour, NeighbourProtocol
from inventory.links import links
from inventory.models import Device, Relation

LLDP = "lldp"
KINDS: tuple[NeighbourProtocol, ...] = get_args(NeighbourProtocol)
Key = tuple[str, str, str]
"""A relation's kind, the interface and the peer's name."""


def observed_all(ctx: Context, seen: Sequence[tuple[Device, Sequence[Neighbour]]]) -> None:
    """Make these devices' relations those just seen, one a link. The caller records."""
    ids = [device.id for device, _ in seen]
    rows = select(Relation).where(Relation.device_id.in_(ids), Relation.kind.in_(KINDS))
    known: dict[int, dict[Key, Relation]] = {key: {} for key in ids}
    for row in ctx.session.scalars(rows) if ids else ():
        known[row.device_id][row.kind, row.interface, row.peer_name] = row
    peers = _device_ids(ctx, {one.peer_name.lower() for _, told in seen for one in told})
    for device, told in seen:
        _observed(ctx, device, links(told), known[device.id], peers)


def _observed(
    ctx: Context, device: Device, told: Sequence[Neighbour], known: dict[Key, Relation],
    peers: Mapping[str, int],
) -> None:  # fmt: skip
    for neighbour in told:
        key = (neighbour.protocol, neighbour.interface, neighbour.peer_name)
        row = known.pop(key, None)
        if row is None:
            row = Relation(
                device_id=device.id, kind=neighbour.protocol, interface=neighbour.interface,
                peer_name=neighbour.peer_name,
            )  # fmt: skip
            ctx.session.add(row)
        row.peer_interface = neighbour.peer_interface
        row.peer_address = neighbour.peer_address
        row.peer_id = peers.get(neighbour.peer_name.lower())
        row.seen_at = ctx.now()
    for gone in known.values():
        ctx.session.delete(gone)


def _device_ids(ctx: Context, names: Collection[str]) -> dict[str, int]:
    """The devices of these names, which are in lower case."""
    if not names:
        return {}
    rows = select(func.lower(Device.hostname), Device.id)
    found = ctx.session.execute(rows.where(func.lower(Device.hostname).in_(names)))
    return {row[0]: row[1] for row in found}


def resolve(ctx: Context, device: Device) -> None:
    """Point the relations that name a device at it. The caller records."""
    named = select(Relation).where(
        func.lower(Relation.peer_name) == device.hostname.lower(), Relation.peer_id.is_(None)
    )
    for row in ctx.session.scalars(named):
        row.peer_id = device.id


def list_relations(ctx: Context, device_id: int) -> list[Relation]:
    """What the device sees of its neighbours, by interface."""
    device = ctx.get(Device, device_id)
    ctx.require("device.read", device)
    return list(
        ctx.session.scalars(
            select(Relation).where(Relation.device_id == device.id).order_by(Relation.interface)
        )
    )
