"""The CMDB's tables: sites, credentials by reference, devices, host keys, relations."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from organization.models import Unit

STATES = ("planned", "active", "maintenance", "retired")


class Site(Base):
    """A place with devices, in the jurisdiction of one unit."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    max_sessions: Mapped[int | None]  # devices collected at a time; None: as the settings say
    jump: Mapped[str | None] = mapped_column(Text)  # hostname of the device to go through

    unit: Mapped[Unit] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.code


class Credential(Base):
    """A login by reference: `env:NAME`, `file:PATH`, `db:NAME` or `vault:PATH#KEY`."""

    __tablename__ = "credential"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    username: Mapped[str] = mapped_column(Text)
    password_ref: Mapped[str | None] = mapped_column(Text)
    enable_ref: Mapped[str | None] = mapped_column(Text)
    key_ref: Mapped[str | None] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id

    @property
    def label(self) -> str:
        return self.name


class Device(Base):
    """A configuration item that is spoken to. `unit_id` overrides the site's unit as owner."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'active', 'maintenance', 'retired')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hostname: Mapped[str] = mapped_column(Text, unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    platform: Mapped[str] = mapped_column(Text)
    driver: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    port: Mapped[int] = mapped_column(default=22)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id"))
    state: Mapped[str] = mapped_column(Text, default="active")
    role: Mapped[str] = mapped_column(Text, default="")
    redundancy_group: Mapped[str] = mapped_column(Text, default="", server_default="")
    model: Mapped[str | None] = mapped_column(Text)
    serial: Mapped[str | None] = mapped_column(Text)
    os_version: Mapped[str | None] = mapped_column(Text)
    options: Mapped[dict[str, Fact]] = mapped_column(JSONB, default=dict)
    own_login: Mapped[dict[str, Fact]] = mapped_column(JSONB, default=dict, server_default="{}")
    created_at: Mapped[datetime]
    attempted_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(Text)
    outcome_detail: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0, server_default="0")  # in a row
    rests_until: Mapped[datetime | None]  # schedules leave it alone until then

    site: Mapped[Site] = relationship()
    credential: Mapped[Credential] = relationship()

    @classmethod
    def owned_by(cls, units: frozenset[int]) -> ColumnElement[bool]:
        """Whether the owning unit is one of these; the query must join Site."""
        return func.coalesce(cls.unit_id, Site.unit_id).in_(units)

    @property
    def governing_unit_id(self) -> int | None:
        return self.unit_id or self.site.unit_id

    @property
    def label(self) -> str:
        return self.hostname


class HostKey(Base):
    """The SSH host key pinned at first contact."""

    __tablename__ = "host_key"

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    algorithm: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    pinned_at: Mapped[datetime]


class Relation(Base):
    """A neighbour that a device reports (LLDP, CDP); `peer_id` where the CMDB knows it."""

    __tablename__ = "relation"
    __table_args__ = (UniqueConstraint("device_id", "kind", "interface", "peer_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    interface: Mapped[str] = mapped_column(Text)
    peer_name: Mapped[str] = mapped_column(Text)
    peer_interface: Mapped[str] = mapped_column(Text)
    peer_address: Mapped[str | None] = mapped_column(Text)
    peer_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)
    seen_at: Mapped[datetime]
