"""Maintenance plans and what their runs found, as tables."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from inventory.models import Device
from operations.schedule_models import Schedule
from organization.models import Person, Unit


class MaintenancePlan(Base):
    """What is looked after again and again: a kind, the devices, and the schedule that fires it.

    It reaches the named devices, else those of the site, else all of the unit and below. `options`
    are those of its kind. One that was ended stays, with its results, and fires no more.
    """

    __tablename__ = "maintenance_plan"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('health', 'backup', 'certificates', 'unsaved', 'passwords', 'standard')",
            name="kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text, default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    device_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    site: Mapped[str | None] = mapped_column(Text)  # its code
    options: Mapped[dict[str, Fact]] = mapped_column(JSONB)
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedule.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    schedule: Mapped[Schedule | None] = relationship()
    created_by: Mapped[Person] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.name


class MaintenanceResult(Base):
    """What one run of a plan found at one subject; results of a run share `began_at`."""

    __tablename__ = "maintenance_result"
    __table_args__ = (
        CheckConstraint("outcome IN ('passed', 'attention', 'failed')", name="outcome"),
        Index("ix_maintenance_result_run", "plan_id", "began_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plan.id"))
    began_at: Mapped[datetime]
    subject: Mapped[str] = mapped_column(Text)  # a hostname, host:port, a login or a change
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)
    outcome: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    looked_at: Mapped[datetime]

    plan: Mapped[MaintenancePlan] = relationship()
    device: Mapped[Device | None] = relationship()
