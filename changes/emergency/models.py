"""The reviews of broken glasses as a table; the glass itself is in `changes.models`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from changes.models import BreakGlass
from core.database import Base
from operations.models import Problem
from organization.models import Person

VERDICTS = ("justified", "not_justified")


class EmergencyReview(Base):
    """What one person says afterwards of a change that was carried out alone."""

    __tablename__ = "emergency_review"
    __table_args__ = (
        CheckConstraint("verdict IN ('justified', 'not_justified')", name="verdict"),
        UniqueConstraint("break_glass_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    break_glass_id: Mapped[int] = mapped_column(ForeignKey("break_glass.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))
    reviewed_at: Mapped[datetime]

    break_glass: Mapped[BreakGlass] = relationship()
    person: Mapped[Person] = relationship()
    problem: Mapped[Problem | None] = relationship()

    @property
    def change_id(self) -> int:
        return self.break_glass.change_id

    @property
    def label(self) -> str:
        return f"review of {self.break_glass.label}"
