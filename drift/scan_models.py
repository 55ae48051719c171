"""Scans as rows: how far one is, and what it saw. Never part of a judgement."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.audit import Fact
from core.database import Base


class Scan(Base):
    """One scan; its figures grow while it runs, and `ended_at` is None as long.

    `outcomes` counts devices by outcome. `slowest` are the longest sessions as [hostname, seconds],
    `failed` devices as [hostname, outcome, detail]; `cut` has by site how many devices failed, how
    many it has, and how many were therefore left alone. `resting` devices were not due yet.
    `database_role` tells whose workers ran it: a far worker sees its own.
    """

    __tablename__ = "scan"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)  # scan or collect
    started_by: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    asked: Mapped[int]
    resting: Mapped[int]
    outcomes: Mapped[dict[str, int]] = mapped_column(JSONB)
    slowest: Mapped[list[Fact]] = mapped_column(JSONB)
    failed: Mapped[list[Fact]] = mapped_column(JSONB)
    cut: Mapped[dict[str, Fact]] = mapped_column(JSONB)
    database_role: Mapped[str] = mapped_column(Text, server_default=func.session_user())

    @property
    def done(self) -> int:
        """Devices whose outcome is known."""
        return sum(self.outcomes.values())

    @property
    def label(self) -> str:
        return f"{self.kind} {self.id}"
