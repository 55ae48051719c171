"""Baselines, findings and rule verdicts as tables."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    and_,
    or_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from drift.severity import Severity
from inventory.models import Device
from inventory.snapshot_models import Snapshot
from operations.models import Event

VERDICTS = ("authorised", "not_applied", "unauthorised", "reverted", "noise", "unexplained")


class Baseline(Base):
    """The approved intended configuration of a device; versioned, one valid at a time.

    It holds from `valid_from` (which may be to come) until `valid_until`; one that never held has
    both at the same time. Until `grace_until` the version before is borne with. `sections` are the
    patterns of what is managed; without any, everything is.
    """

    __tablename__ = "baseline"
    __table_args__ = (
        UniqueConstraint("device_id", "version"),
        Index(
            "uq_baseline_valid", "device_id", unique=True, postgresql_where="valid_until IS NULL"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    version: Mapped[int]
    digest: Mapped[bytes] = mapped_column(ForeignKey("content.digest"))
    source: Mapped[str] = mapped_column(Text)  # snapshot or intended
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    reason: Mapped[str] = mapped_column(Text)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    grace_until: Mapped[datetime | None]
    cohort: Mapped[int | None]
    sections: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    provenance: Mapped[str] = mapped_column(Text, default="")

    device: Mapped[Device] = relationship()

    @classmethod
    def holds_at(cls, time: datetime) -> ColumnElement[bool]:
        """Whether the version is the valid one at this time; of a device, at most one is."""
        return and_(cls.valid_from <= time, or_(cls.valid_until.is_(None), cls.valid_until > time))

    def in_grace_at(self, time: datetime) -> bool:
        """Whether the version before is still borne with at this time."""
        return self.grace_until is not None and self.grace_until > time

    @property
    def governing_unit_id(self) -> int | None:
        return self.device.governing_unit_id

    @property
    def label(self) -> str:
        return f"{self.device.hostname} baseline {self.version}"


class ExpectedFacts(Base):
    """What the CMDB expects a device to be; versioned, the one without an end is valid."""

    __tablename__ = "expected_facts"
    __table_args__ = (
        UniqueConstraint("device_id", "version"),
        Index(
            "uq_expected_facts_valid", "device_id", unique=True,
            postgresql_where="valid_until IS NULL",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    version: Mapped[int]
    facts: Mapped[dict[str, Fact]] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(Text)  # snapshot or given
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    reason: Mapped[str] = mapped_column(Text)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]

    device: Mapped[Device] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.device.governing_unit_id

    @property
    def label(self) -> str:
        return f"{self.device.hostname} facts {self.version}"


class Finding(Base):
    """A device differs from its baseline, or breaks a rule; the same until it is resolved."""

    __tablename__ = "finding"
    unstated: ClassVar[frozenset[str]] = frozenset({"differences"})  # `fingerprint` is of them
    __table_args__ = (
        CheckConstraint("state IN ('open', 'suppressed', 'resolved')", name="state"),
        Index(
            "uq_finding_open", "device_id", "kind", unique=True, postgresql_where="state = 'open'"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), index=True)
    kind: Mapped[str] = mapped_column(Text, default="drift")
    fingerprint: Mapped[str] = mapped_column(Text, index=True)
    state: Mapped[str] = mapped_column(Text, default="open", index=True)
    severity: Mapped[Severity] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text, default="unexplained")
    verdict_reason: Mapped[str] = mapped_column(Text, default="")
    baseline_id: Mapped[int] = mapped_column(ForeignKey("baseline.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    differences: Mapped[list[Fact]] = mapped_column(JSONB)
    remediation: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rollback: Mapped[list[str]] = mapped_column(ARRAY(Text))
    refusals: Mapped[list[Fact]] = mapped_column(JSONB)
    opened_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    suppressed_until: Mapped[datetime | None]
    suppressed_reason: Mapped[str] = mapped_column(Text, default="")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))

    device: Mapped[Device] = relationship()
    baseline: Mapped[Baseline] = relationship()
    snapshot: Mapped[Snapshot] = relationship()
    event: Mapped[Event | None] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.device.governing_unit_id

    @property
    def label(self) -> str:
        return f"{self.device.hostname} {self.kind} {self.fingerprint[:12]}"


class Judged(Base):
    """How a device stood when it was last judged: from which inputs, and the rules it broke.

    `inputs` is a digest over snapshot, baseline and rules; `rules` are the ids of all rules that
    were asked, `failed` the details of those broken.
    """

    __tablename__ = "judged"
    audited: ClassVar[bool] = False

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    baseline_id: Mapped[int | None] = mapped_column(ForeignKey("baseline.id"))
    inputs: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str] = mapped_column(Text)
    rules: Mapped[list[str]] = mapped_column(ARRAY(Text))
    failed: Mapped[dict[str, str]] = mapped_column(JSONB)
    judged_at: Mapped[datetime]
