"""Which masks hold for which devices, by platform and jurisdiction. Reads only."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from core.context import Context
from drift.noise.masks import Mask
from drift.noise.models import NoiseApproval, NoiseMask
from organization.models import Unit

Parents = Mapping[int, int | None]

PERSONS = 2
"""How many different persons must have approved a mask before it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """The masks that hold, by platform and unit."""

    masks: Mapping[tuple[str, int], tuple[Mask, ...]]
    parents: Parents

    def of(self, platform: str, unit_id: int | None) -> tuple[Mask, ...]:
        """Those for a device of this platform that is this unit's: its own and the ones above."""
        if not self.masks:
            return ()
        units = above(unit_id, self.parents)
        return tuple(one for unit in units for one in self.masks.get((platform, unit), ()))


def active(ctx: Context) -> Active:
    """All masks that hold now; a row that says so without two persons' approval does not."""
    persons = (
        select(func.count(NoiseApproval.person_id.distinct()))
        .where(NoiseApproval.mask_id == NoiseMask.id)
        .scalar_subquery()
    )
    found = dict[tuple[str, int], tuple[Mask, ...]]()
    rows = (
        select(NoiseMask.platform, NoiseMask.unit_id, NoiseMask.path, NoiseMask.pattern)
        .where(NoiseMask.state == "active", persons >= PERSONS)
        .order_by(NoiseMask.id)
    )
    for row in ctx.session.execute(rows):
        mask = Mask(path=tuple(row.path), pattern=row.pattern)
        key = (row.platform, row.unit_id)
        found[key] = (*found.get(key, ()), mask)
    return Active(masks=found, parents=parents(ctx) if found else {})


def parents(ctx: Context) -> Parents:
    """Every unit with the one above it."""
    rows = ctx.session.execute(select(Unit.id, Unit.parent_id))
    return {row.id: row.parent_id for row in rows}


def above(unit_id: int | None, known: Parents) -> Iterator[int]:
    """The unit and those above it, the unit first."""
    while unit_id is not None:
        yield unit_id
        unit_id = known.get(unit_id)


def below(unit_id: int, known: Parents) -> frozenset[int]:
    """The unit and all below it."""
    return frozenset(one for one in known if unit_id in above(one, known))


def with_above(units: Iterable[int], known: Parents) -> frozenset[int]:
    """These units and all above them: where masks come from that hold in them."""
    return frozenset(one for unit in units for one in above(unit, known))
