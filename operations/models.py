"""Events, problems and knowledge as tables."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from inventory.models import Device


class Problem(Base):
    """The cause behind events; a known error once its cause and a workaround are written down."""

    __tablename__ = "problem"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'known_error', 'resolved')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(Text, default="open")
    root_cause: Mapped[str] = mapped_column(Text, default="")
    workaround: Mapped[str] = mapped_column(Text, default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.title


class Event(Base):
    """A noticed state of affairs; the same fingerprint while not closed is the same event."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'acknowledged', 'closed')", name="state"),
        CheckConstraint("severity IN ('info', 'minor', 'major', 'critical')", name="severity"),
        Index("uq_event_alive", "fingerprint", unique=True, postgresql_where="state <> 'closed'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)  # drift, host_key_changed, unreachable, ...
    title: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="open", index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"), index=True)
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closing_note: Mapped[str] = mapped_column(Text, default="")

    device: Mapped[Device | None] = relationship()
    problem: Mapped[Problem | None] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.device.governing_unit_id if self.device else None

    @property
    def label(self) -> str:
        return self.title


class Article(Base):
    """Knowledge, offered where an event's kind (and platform, when given) matches."""

    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    event_kind: Mapped[str] = mapped_column(Text, default="")
    platform: Mapped[str] = mapped_column(Text, default="")
    fingerprint: Mapped[str] = mapped_column(Text, default="", index=True)
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))

    versions: Mapped[list["ArticleVersion"]] = relationship(order_by="ArticleVersion.version")

    @property
    def label(self) -> str:
        return self.title


class ArticleVersion(Base):
    __tablename__ = "article_version"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)  # Markdown
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]


class EventArticle(Base):
    """An article that helped with an event."""

    __tablename__ = "event_article"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
