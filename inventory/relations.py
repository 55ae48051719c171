"""Relations that devices report of each other. Invents none."""

from collections.abc import Iterable

from sqlalchemy import func, select

from core.context import Context
from inventory.drivers.protocol import Neighbour
from inventory.models import Device, Relation

LLDP = "lldp"


def observed(ctx: Context, device: Device, neighbours: Iterable[Neighbour]) -> None:
    """Make the device's LLDP relations those just seen. The caller records."""
    known = {
        (row.interface, row.peer_name): row
        for row in ctx.session.scalars(
            select(Relation).where(Relation.device_id == device.id, Relation.kind == LLDP)
        )
    }
    for neighbour in neighbours:
        row = known.pop((neighbour.interface, neighbour.peer_name), None) or ctx.add(
            Relation(
                device_id=device.id, kind=LLDP, interface=neighbour.interface,
                peer_name=neighbour.peer_name, peer_interface=neighbour.peer_interface,
                peer_address=neighbour.peer_address, seen_at=ctx.now(),
            )
        )  # fmt: skip
        row.peer_interface = neighbour.peer_interface
        row.peer_address = neighbour.peer_address
        row.peer_id = _device_id(ctx, neighbour.peer_name)
        row.seen_at = ctx.now()
    for gone in known.values():
        ctx.session.delete(gone)


def _device_id(ctx: Context, hostname: str) -> int | None:
    return ctx.session.scalar(
        select(Device.id).where(func.lower(Device.hostname) == hostname.lower())
    )


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
