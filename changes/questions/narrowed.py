"""An authority that allows within some units only what another one allows. Grants nothing."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.actor import ActingFor, Actor
from core.context import Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What `authority` allows, but only in the units `within`."""

    authority: Authority
    within: frozenset[int]

    def units(self, session: Session, actor: Actor, permission: str) -> frozenset[int]:
        return self.authority.units(session, actor, permission) & self.within

    def allows(self, session: Session, actor: Actor, permission: str, unit_id: int | None) -> bool:
        """Never for the whole organization (None), which is more than some units."""
        inside = unit_id is not None and unit_id in self.within
        return inside and self.authority.allows(session, actor, permission, unit_id)

    def post(
        self, session: Session, actor: Actor, permission: str, unit_id: int | None
    ) -> ActingFor | None:
        """The post that the other one tells: what is narrowed is the units, not who acts."""
        return self.authority.post(session, actor, permission, unit_id)
