"""Questions that were saved, and their answers as files, as tables."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from operations.schedule_models import Schedule
from organization.models import Person, Unit


class SavedQuestion(Base):
    """A question with its parameters under a name: a person's own, or shared with a unit.

    Parameters are kept as they were written, `last month` too. `keep` answers stay.
    """

    __tablename__ = "saved_question"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("form IN ('csv', 'jsonl', 'ocsf')", name="form"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    parameters: Mapped[dict[str, str]] = mapped_column(JSONB)
    form: Mapped[str] = mapped_column(Text)
    keep: Mapped[int]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedule.id"))
    saved_at: Mapped[datetime]

    owner: Mapped[Person] = relationship()
    unit: Mapped[Unit | None] = relationship()
    schedule: Mapped[Schedule | None] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.name


class KeptAnswer(Base):
    """The answer of one run as a file, or why there is none.

    `parameters` are those that were asked, with times worked out; `unit_ids` the units that it is
    about: whoever does not audit them all does not read it.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (CheckConstraint("(content IS NULL) = (problem <> '')", name="content"),)
    unstated: ClassVar[frozenset[str]] = frozenset({"content"})  # `sha256` covers it

    id: Mapped[int] = mapped_column(primary_key=True)
    saved_question_id: Mapped[int] = mapped_column(
        ForeignKey("saved_question.id", ondelete="CASCADE"), index=True
    )
    asked_at: Mapped[datetime]
    parameters: Mapped[dict[str, str]] = mapped_column(JSONB)
    unit_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    form: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)  # bytes
    sha256: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    problem: Mapped[str] = mapped_column(Text, default="")

    saved_question: Mapped[SavedQuestion] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.saved_question.unit_id

    @property
    def label(self) -> str:
        return f"{self.saved_question.name} {self.asked_at:%F %H:%M}"
