"""Snapshots' tables: content once by its hash, and when a device showed it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from inventory.models import Device


class Content(Base):
    """A configuration text, zstd-compressed, named by the SHA-256 of the plain UTF-8 text."""

    __tablename__ = "content"
    audited: ClassVar[bool] = False

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]


class Snapshot(Base):
    """What a device showed from `first_seen_at` to `last_seen_at`; immutable but for the latter.

    An untrusted snapshot is kept aside: never a baseline, never the cause of a finding.
    """

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_latest", "device_id", "source", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    source: Mapped[str] = mapped_column(Text)  # running or startup
    digest: Mapped[bytes] = mapped_column(ForeignKey("content.digest"))
    lines: Mapped[int]
    trusted: Mapped[bool]
    doubts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    facts: Mapped[dict[str, Fact]] = mapped_column(JSONB, default=dict)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]

    device: Mapped[Device] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.device.governing_unit_id

    @property
    def label(self) -> str:
        return f"{self.device.hostname} {self.source} {self.digest.hex()[:12]}"
