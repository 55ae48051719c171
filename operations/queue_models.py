"""Queues near the devices and the workers that serve them, as tables."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from organization.models import Unit

POLICIES = ("wait", "move")


class WorkerQueue(Base):
    """A jurisdiction's own queue, served by workers near its devices.

    Without a worker for `away_seconds` an event is raised; with `if_away` "move" the waiting jobs
    then go to the central queues. `role_name` is the PostgreSQL role of its workers; `key_mark`
    tells which secret key they must have.
    """

    __tablename__ = "worker_queue"
    __table_args__ = (CheckConstraint(f"if_away IN {POLICIES}", name="if_away"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), unique=True)
    if_away: Mapped[str] = mapped_column(Text)
    away_seconds: Mapped[int]
    role_name: Mapped[str | None] = mapped_column(Text, unique=True)
    key_mark: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    unit: Mapped[Unit] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.name


class QueueWorker(Base):
    """A worker as it announced itself; `id` is the queue engine's own number of it.

    `seen_at` is the last beat that the platform noted, by the database's clock.
    """

    __tablename__ = "queue_worker"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    queues: Mapped[list[str]] = mapped_column(ARRAY(Text))
    database_role: Mapped[str] = mapped_column(Text, server_default=func.session_user())
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
