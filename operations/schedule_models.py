"""The schedule table: what fires when. `next_fire_at` is the truth."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.audit import Fact
from core.database import Base


class Schedule(Base):
    __tablename__ = "schedule"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    job: Mapped[str] = mapped_column(Text)
    args: Mapped[dict[str, Fact]] = mapped_column(JSONB, default=dict)
    trigger: Mapped[str] = mapped_column(Text)  # "every 15m" or a crontab line
    timezone: Mapped[str] = mapped_column(Text, default="UTC")
    jitter_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    enabled: Mapped[bool] = mapped_column(default=True)
    next_fire_at: Mapped[datetime | None] = mapped_column(index=True)
    last_fire_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.name
