"""Change requests, their targets, approvals, runs and verifications as tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from inventory.models import Device
from organization.models import Person


class ChangeRequest(Base):
    """A request to change devices: the plan, its digest, and where it stands.

    `plan` is what the digest covers (canonical JSON, SHA-256). States are in `changes.states`.
    """

    __tablename__ = "change_request"
    unstated: ClassVar[frozenset[str]] = frozenset({"plan"})  # `digest` is of it

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)  # standard, normal, emergency
    title: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, index=True)
    method: Mapped[str] = mapped_column(Text, default="playbook")  # or by_hand
    plan: Mapped[dict[str, Fact]] = mapped_column(JSONB)
    digest: Mapped[str] = mapped_column(Text, index=True)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    window_start: Mapped[datetime | None]
    window_end: Mapped[datetime | None]
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))
    rolls_back_id: Mapped[int | None] = mapped_column(ForeignKey("change_request.id"))
    reruns_id: Mapped[int | None] = mapped_column(ForeignKey("change_request.id"))
    outcome: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]

    requested_by: Mapped[Person] = relationship()
    targets: Mapped[list["ChangeTarget"]] = relationship(back_populates="change")
    approvals: Mapped[list["Approval"]] = relationship(
        back_populates="change", order_by="Approval.id"
    )
    grants: Mapped[list["BreakGlass"]] = relationship(
        back_populates="change", order_by="BreakGlass.id"
    )

    @property
    def change_id(self) -> int:
        return self.id

    @property
    def label(self) -> str:
        return f"C{self.id} {self.title}"

    @property
    def marks(self) -> Mapping[str, Fact]:
        """What every audit record of an emergency says: that it is one, and the broken glass."""
        if self.kind != "emergency":
            return {}
        return {"emergency": True, "break_glass": self.grants[-1].id if self.grants else None}


class ChangeTarget(Base):
    """One device of a change. The partial unique index is the mutex of the device."""

    __tablename__ = "change_target"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'running', 'interrupted', 'done', 'failed', 'rolled_back',"
            " 'skipped')",
            name="state",
        ),
        Index(
            "uq_change_target_touched",
            "device_id",
            unique=True,
            postgresql_where="state IN ('running', 'interrupted')",
        ),
    )

    change_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True, index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), index=True)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    wave: Mapped[int] = mapped_column(default=0)
    result: Mapped[str] = mapped_column(Text, default="")
    touched_at: Mapped[datetime | None]  # committed before the first line is typed

    change: Mapped[ChangeRequest] = relationship(back_populates="targets")
    device: Mapped[Device] = relationship()

    @property
    def hostname(self) -> str:
        return self.device.hostname


class Approval(Base):
    """A person's decision on exactly one digest, in a stage, perhaps on another one's behalf."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("change_id", "person_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str] = mapped_column(Text)  # approved or rejected
    digest: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(Text, default="")
    stage: Mapped[str] = mapped_column(Text, default="approval", server_default="approval")
    behalf_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    valid_until: Mapped[datetime | None]  # None: as long as nothing makes it void

    change: Mapped[ChangeRequest] = relationship(back_populates="approvals")
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    behalf: Mapped[Person | None] = relationship(foreign_keys=behalf_id)


class BreakGlass(Base):
    """Leave to carry out exactly one plan alone, taken by a person on duty (`changes.emergency`).

    It counts until `valid_until`, or until it is ended because something it rested on moved.
    """

    __tablename__ = "break_glass"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    digest: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    broken_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(Text, default="")
    review_due_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None] = mapped_column(index=True)

    change: Mapped[ChangeRequest] = relationship(back_populates="grants")
    person: Mapped[Person] = relationship()

    @property
    def label(self) -> str:
        return f"broken glass {self.id} of C{self.change_id}"


class ChangeRun(Base):
    """One claim of a change by a worker; `id` is the fencing number."""

    __tablename__ = "change_run"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    worker: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    started_touching_at: Mapped[datetime | None]
    pause_requested_at: Mapped[datetime | None]
    stop_requested_at: Mapped[datetime | None]
    roll_back_requested_at: Mapped[datetime | None]  # everything that the change touched
    resume_requested_at: Mapped[datetime | None]  # of the run that a pause ended
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, default="")
    late_evidence: Mapped[str] = mapped_column(Text, default="")

    change: Mapped[ChangeRequest] = relationship()

    @property
    def execution_id(self) -> int:
        return self.id


class ExecutionEvent(Base):
    """One event of Ansible, as it came; the live log reads these in order. Insert-only.

    `number` counts from 1 within the run; a record holds the digest of each (`changes.journal`).
    """

    __tablename__ = "execution_event"
    __table_args__ = (
        Index("ix_execution_event_run", "run_id", "id"),
        UniqueConstraint("run_id", "number"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("change_run.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text, default="")
    task: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")


class VerificationResult(Base):
    """A device observed again after a run: what came as declared, and what did not."""

    __tablename__ = "verification"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("change_run.id"), index=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), index=True)
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    as_declared: Mapped[bool]
    surplus: Mapped[list[Fact]] = mapped_column(JSONB)
    missing: Mapped[list[Fact]] = mapped_column(JSONB)
    detail: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime]

    @property
    def execution_id(self) -> int:
        return self.run_id

    @property
    def label(self) -> str:
        return f"run {self.run_id} device {self.device_id}"
