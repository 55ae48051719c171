"""Snapshots' tables: each text once by its hash, how it is stored, and when a device showed it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from typing_extensions import override

from core.audit import Fact
from core.database import Base
from inventory.models import Device


class Lines(TypeDecorator[list[str]]):
    """Single lines in one text: an empty array takes thirteen bytes in each row, this one."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str:
        return "\n".join(" ".join(line.splitlines()) for line in value or ())

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str]:
        return value.split("\n") if value else []


class ZstdDictionary(Base):
    """A zstd dictionary for a platform's keyframes in a unit; a version never changes.

    `samples` says how many texts it was trained from.
    """

    __tablename__ = "zstd_dictionary"
    __table_args__ = (UniqueConstraint("platform", "unit_id", "version"),)
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    version: Mapped[int]
    samples: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]


class Keyframe(Base):
    """A text as a zstd frame of its own; never changed once written."""

    __tablename__ = "keyframe"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(primary_key=True)
    dictionary_id: Mapped[int | None] = mapped_column(ForeignKey("zstd_dictionary.id"))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class DeltaSet(Base):
    """What the later texts of a keyframe differ in from it, in one zstd frame.

    The frame has the keyframe's dictionary; `inventory.store.deltas` knows what is in it.
    """

    __tablename__ = "delta_set"
    audited: ClassVar[bool] = False

    keyframe_id: Mapped[int] = mapped_column(ForeignKey("keyframe.id"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Content(Base):
    """A text, named by the SHA-256 of its UTF-8 form, and where it is stored.

    `place` 0 is the keyframe itself, another number the delta against it. Without a keyframe the
    text was removed, and a `RemovedText` says so.
    """

    __tablename__ = "content"
    audited: ClassVar[bool] = False

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger)
    keyframe_id: Mapped[int | None] = mapped_column(ForeignKey("keyframe.id"), index=True)


class RemovedText(Base):
    """A text that the retention removed: its size in bytes, when and by which policy."""

    __tablename__ = "removed_text"
    audited: ClassVar[bool] = False

    digest: Mapped[bytes] = mapped_column(ForeignKey("content.digest"), primary_key=True)
    size: Mapped[int]
    removed_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class ObservedFacts(Base):
    """What a device said of itself; snapshots that heard the same share it."""

    __tablename__ = "observed_facts"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Fact]] = mapped_column(JSONB)


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
    score: Mapped[int] = mapped_column(default=100)  # of 100, see trust.py
    doubts: Mapped[list[str]] = mapped_column(Lines)  # the reasons for less than 100
    facts_id: Mapped[int | None] = mapped_column(ForeignKey("observed_facts.id"))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]

    device: Mapped[Device] = relationship()
    observed: Mapped[ObservedFacts | None] = relationship()

    @property
    def facts(self) -> dict[str, Fact]:
        """What the device said of itself when this was seen last."""
        return self.observed.facts if self.observed else {}

    @facts.setter
    def facts(self, facts: dict[str, Fact]) -> None:
        if facts != self.facts:
            self.observed = ObservedFacts(facts=facts)

    @property
    def governing_unit_id(self) -> int | None:
        return self.device.governing_unit_id

    @property
    def label(self) -> str:
        return f"{self.device.hostname} {self.source} {self.digest.hex()[:12]}"
