"""Delegations, absences and comments on changes as tables."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from changes.models import ChangeRequest
from core.audit import Fact
from core.database import Base
from organization.models import Person


class Delegation(Base):
    """A person is absent for a time, or has another one approve on their behalf, or both."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("absent OR deputy_id IS NOT NULL", name="says_something"),
        CheckConstraint("deputy_id <> person_id", name="two_persons"),
        CheckConstraint("ends_at > begins_at", name="forward"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    absent: Mapped[bool]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    deputy: Mapped[Person | None] = relationship(foreign_keys=deputy_id)

    @property
    def record_label(self) -> str:
        return f"delegation {self.id}"

    @property
    def label(self) -> str:
        return f"{self.person.username} from {self.begins_at:%Y-%m-%d}"


class ChangeComment(Base):
    """What a person says about a change, a device of it or one line of its difference.

    `place` is that line as the plan declares it: [path, line, side]. An objection keeps the change
    from being approved until it is settled.
    """

    __tablename__ = "change_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    place: Mapped[list[Fact] | None] = mapped_column(JSONB)
    digest: Mapped[str] = mapped_column(Text)  # of the plan that was spoken about
    body: Mapped[str] = mapped_column(Text)
    objection: Mapped[bool]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    change: Mapped[ChangeRequest] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)

    @property
    def label(self) -> str:
        return f"C{self.change_id} comment {self.id}"
