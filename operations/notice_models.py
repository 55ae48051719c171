"""What single persons are told, and how they want to be, as tables."""

from datetime import datetime
from typing import ClassVar, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from organization.models import Person

Manner = Literal["off", "each", "daily"]
MANNERS: tuple[Manner, ...] = ("off", "each", "daily")


class Notice(Base):
    """Something that one person is told once; `mark` names it among the person's.

    It waits, is taken by a job that sends it, and is then sent, failed, or unsent: kept for the
    page alone, where the person wants no messages or no notifier reaches them.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "mark"),
        CheckConstraint("topic IN ('vote', 'again', 'over', 'review', 'answer')", name="topic"),
        CheckConstraint("state IN ('waiting', 'taken', 'sent', 'failed', 'unsent')", name="state"),
        Index("ix_notice_waiting", "person_id", postgresql_where="state = 'waiting'"),
        Index("ix_notice_person", "person_id", "id"),
    )
    audited: ClassVar[bool] = False  # who was told of what is recorded by `put` and `deliver`

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    mark: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)  # of the page about it
    state: Mapped[str] = mapped_column(Text, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")  # of the last attempt
    noted_at: Mapped[datetime] = mapped_column(index=True)
    next_at: Mapped[datetime]  # not sent before
    sent_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class NoticeLook(Base):
    """How something stood when it was last looked at for whom to tell; the same tells nobody anew.

    Only so that what stands as it stood is not looked at all the time.
    """

    __tablename__ = "notice_look"
    audited: ClassVar[bool] = False

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    situation: Mapped[str] = mapped_column(Text)
    looked_at: Mapped[datetime] = mapped_column(index=True)


class NoticePreference(Base):
    """How a person wants to be told; who has none is told of each."""

    __tablename__ = "notice_preference"
    __table_args__ = (CheckConstraint("manner IN ('off', 'each', 'daily')", name="manner"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    manner: Mapped[str] = mapped_column(Text)

    @property
    def label(self) -> str:
        return f"notices of person {self.person_id}"
