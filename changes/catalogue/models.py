"""The catalogue's tables: standard changes in versions, and the votes on them. Decides nothing."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from organization.models import Person, Unit


class StandardChange(Base):
    """One version of a standard change; what `digest` covers is never altered.

    With a `template` its lines are rendered for each device; without one the playbook takes the
    variables themselves. `units` are the codes of the units where it may be used, with those below.
    """

    __tablename__ = "standard_change"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        CheckConstraint("state IN ('draft', 'approved', 'retired')", name="state"),
        CheckConstraint("risk_ceiling IN ('low', 'medium', 'high')", name="risk_ceiling"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    units: Mapped[list[str]] = mapped_column(ARRAY(Text))
    platforms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    playbook: Mapped[str] = mapped_column(Text)
    playbook_digest: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(Text)
    rollback_template: Mapped[str] = mapped_column(Text)
    inputs: Mapped[dict[str, Fact]] = mapped_column(JSONB)
    risk_ceiling: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(Text)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    retired_reason: Mapped[str] = mapped_column(Text, default="")

    unit: Mapped[Unit] = relationship()
    drafted_by: Mapped[Person] = relationship()
    votes: Mapped[list["StandardVote"]] = relationship(
        back_populates="entry", order_by="StandardVote.voted_at"
    )

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return f"{self.name} version {self.version}"


class StandardVote(Base):
    """A person's approval of exactly one digest of a standard change."""

    __tablename__ = "standard_vote"

    standard_change_id: Mapped[int] = mapped_column(
        ForeignKey("standard_change.id"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    voted_at: Mapped[datetime]

    entry: Mapped[StandardChange] = relationship(back_populates="votes")
    person: Mapped[Person] = relationship()
