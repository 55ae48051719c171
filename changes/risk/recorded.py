"""The recorded topology for a change: who is linked with whom. Reads only."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select

from changes.risk.model import GroupLeft, Touch
from changes.risk.topology import Cut, cut_off, left_after, neighbours
from core.context import Context
from inventory.models import Device, Relation, Site

SHORT = re.compile(r"([A-Za-z]+)[A-Za-z -]*(\d.*)?$")
Ends = tuple[int, str, int, str]
"""A device, its interface, the neighbour, and the interface there."""


@dataclass(frozen=True)
class Topology:
    """The links between devices in service, each as often as it was told."""

    links: Sequence[Ends]

    @cached_property
    def known(self) -> dict[int, set[int]]:
        return neighbours((one, other) for one, _, other, _ in self.links)

    def cut(self, down: Collection[int]) -> Cut:
        return cut_off(self.known, down)

    def taken(self, down: Mapping[int, Collection[str]]) -> Mapping[int, tuple[Touch, ...]]:
        """By device what becomes of its recorded links when these interfaces go down."""
        ends = self._ends(down.keys())
        gone = {(one, short(name)) for one, names in down.items() for name in names}
        kept = {(one, far) for one, at, far, _ in ends if (one, at) not in gone}
        lost = {(one, far) for one, at, far, _ in ends if (one, at) in gone} - kept
        left = left_after(self.known, lost)
        found: dict[int, dict[Touch, None]] = {}
        for one, at, far, name in ends:
            if (one, at) in gone:
                touch = Touch(code=left.get((one, far), "parallel"), place=name)
                found.setdefault(one, {})[touch] = None
        return {one: tuple(touches) for one, touches in found.items()}

    def _ends(self, devices: Collection[int]) -> list[tuple[int, str, int, str]]:
        """The links of these devices from their side: interface, neighbour, the interface told."""
        found = list[tuple[int, str, int, str]]()
        for one, at, far, far_at in self.links:
            if one in devices:
                found.append((one, short(at), far, at))
            if far in devices:
                found.append((far, short(far_at), one, far_at))
        return found


def short(name: str) -> str:
    """An interface's name as `GigabitEthernet0/1` and `Gi0/1` have it in common."""
    found = SHORT.match(name)
    return f"{found[1][:2]}{found[2] or ''}".lower() if found else name.lower()


def recorded(ctx: Context) -> Topology:
    """What devices in service told of their neighbours; one statement."""
    retired = select(Device.id).where(Device.state == "retired")
    rows = ctx.session.execute(
        select(Relation.device_id, Relation.interface, Relation.peer_id, Relation.peer_interface)
        .where(Relation.peer_id.is_not(None))
        .where(Relation.device_id.not_in(retired), Relation.peer_id.not_in(retired))
    )
    return Topology([(one, at, far or one, far_at) for one, at, far, far_at in rows])


def names_of(ctx: Context, devices: Collection[int], *, limit: int) -> tuple[str, ...]:
    """Some of these devices by name: those that the acting person may see."""
    if not devices:
        return ()
    rows = (
        select(Device.hostname)
        .join(Site)
        .where(Device.id.in_(devices), Device.owned_by(ctx.units("device.read")))
        .order_by(Device.hostname)
        .limit(limit)
    )
    return tuple(ctx.session.scalars(rows))


def groups_left(ctx: Context, touched: Mapping[int, str]) -> tuple[GroupLeft, ...]:
    """The redundancy groups of these devices, with the members in service that are left alone."""
    names = {name for name in touched.values() if name}
    if not names:
        return ()
    left = func.count().filter(Device.id.not_in(touched.keys()))
    rows = ctx.session.execute(
        select(Device.redundancy_group, func.count(), left)
        .where(Device.redundancy_group.in_(names), Device.state == "active")
        .group_by(Device.redundancy_group)
        .order_by(Device.redundancy_group)
    )
    return tuple(GroupLeft(name=name, members=all_, left=rest) for name, all_, rest in rows)
