"""Risk formulas as a table: published versions, of the whole organization or of one unit."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from organization.models import Person, Unit


class RiskPolicy(Base):
    """A version of the formula; without a unit it is everybody's. Never changed once published.

    `digest` is the SHA-256 (hex) of what the text says, not of its layout.
    """

    __tablename__ = "risk_policy"
    __table_args__ = (UniqueConstraint("unit_id", "version", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]

    unit: Mapped[Unit | None] = relationship()
    published_by: Mapped[Person | None] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return f"risk formula {self.version} of {self.unit.code if self.unit else 'all units'}"
