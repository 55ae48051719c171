"""Discovery as tables: ranges that may be probed, runs, and what was found for review."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from inventory.models import Credential, Device, Site
from organization.models import Person, Unit

STATES = ("found", "adopted", "ignored", "merged")
RUN_STATES = ("queued", "running", "finished", "cancelled", "failed")


class DiscoveryRange(Base):
    """Addresses that a person allowed to be probed, until withdrawn.

    Of overlapping ranges the most specific one decides about ports and credential; without a
    credential nobody signs in there.
    """

    __tablename__ = "discovery_range"
    __table_args__ = (
        Index("uq_discovery_range_cidr", "cidr", unique=True,
              postgresql_where="withdrawn_at IS NULL"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    cidr: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    ports: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    credential_id: Mapped[int | None] = mapped_column(ForeignKey("credential.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    allowed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    allowed_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    credential: Mapped[Credential | None] = relationship()
    site: Mapped[Site | None] = relationship()
    allowed_by: Mapped[Person] = relationship(foreign_keys=[allowed_by_id])

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.cidr


class DiscoveryRun(Base):
    """One search: where it may go, how far it got, and whether somebody wants it to end.

    `range_ids` are the ranges that whoever asked for it may have probed; it enters no other.
    """

    __tablename__ = "discovery_run"
    __table_args__ = (CheckConstraint(f"state IN {RUN_STATES}", name="state"),)
    audited: ClassVar[bool] = False  # what is asked, begun, found and ended is recorded

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    range_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    cidrs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    seeds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    depth: Mapped[int]
    state: Mapped[str] = mapped_column(Text, default="queued")
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    total: Mapped[int] = mapped_column(default=0)
    looked: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)
    identified: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return " ".join([*self.cidrs, *self.seeds])


class Candidate(Base):
    """Something that may become a device; found again it is the same row.

    `evidence` is what its platform is known by: banner, answer, netmiko or import. `proposal`
    holds what an import says for its adoption: site, role, credential, driver, options.
    `problem` tells why it was not contacted or not identified.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("uq_candidate_address", "unit_id", "address", unique=True,
              postgresql_where="address IS NOT NULL"),
        Index("ix_candidate_serial", "serial"),
        Index("ix_candidate_name", "unit_id", func.lower(text("hostname"))),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    range_id: Mapped[int | None] = mapped_column(ForeignKey("discovery_range.id"))
    address: Mapped[str | None] = mapped_column(Text)
    port: Mapped[int]
    hostname: Mapped[str] = mapped_column(Text, default="")
    platform: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, default="")
    model: Mapped[str | None] = mapped_column(Text)
    serial: Mapped[str | None] = mapped_column(Text)
    os_version: Mapped[str | None] = mapped_column(Text)
    banner: Mapped[str] = mapped_column(Text, default="")
    key_algorithm: Mapped[str | None] = mapped_column(Text)
    host_key: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    depth: Mapped[int] = mapped_column(default=0)
    proposal: Mapped[dict[str, Fact]] = mapped_column(JSONB, default=dict)
    state: Mapped[str] = mapped_column(Text, default="found", index=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    unit: Mapped[Unit] = relationship()
    range: Mapped[DiscoveryRange | None] = relationship()
    device: Mapped[Device | None] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.hostname or self.address or f"candidate {self.id}"
