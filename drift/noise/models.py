"""Masks and what persons said to them, as tables."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from drift.noise.masks import Mask
from inventory.models import Device
from organization.models import Person, Unit

STATES = ("proposed", "active", "rejected", "withdrawn")
ALIVE = "state IN ('proposed', 'active')"


class NoiseMask(Base):
    """A line that changes by itself on devices of a platform, in a unit and those below it.

    `evidence` says what it was learned from and what it would have hidden in the past.
    """

    __tablename__ = "noise_mask"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index(
            "uq_noise_mask_alive", "platform", "unit_id", "path", "pattern",
            unique=True, postgresql_where=ALIVE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pattern: Mapped[str] = mapped_column(Text)
    example_before: Mapped[str] = mapped_column(Text)
    example_after: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="proposed", index=True)
    evidence: Mapped[dict[str, Fact]] = mapped_column(JSONB)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    learned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    learned_at: Mapped[datetime]
    active_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    device: Mapped[Device] = relationship()
    unit: Mapped[Unit] = relationship()
    learned_by: Mapped[Person | None] = relationship(foreign_keys=[learned_by_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])
    approvals: Mapped[list["NoiseApproval"]] = relationship(
        back_populates="mask", order_by="NoiseApproval.id"
    )

    @property
    def mask(self) -> Mask:
        return Mask(path=tuple(self.path), pattern=self.pattern)

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return f"{self.platform} {self.mask.label}"


class NoiseApproval(Base):
    """A person's yes to a mask; a person has one."""

    __tablename__ = "noise_approval"
    __table_args__ = (UniqueConstraint("mask_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mask_id: Mapped[int] = mapped_column(ForeignKey("noise_mask.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime]

    mask: Mapped[NoiseMask] = relationship(back_populates="approvals")
    person: Mapped[Person] = relationship()
