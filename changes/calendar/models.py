"""Maintenance windows, freezes and exceptions from them as tables. Expands no recurrence."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from changes.calendar.recurrence import Recurrence
from changes.calendar.spans import Span
from changes.models import ChangeRequest
from core.database import Base
from inventory.models import Site
from organization.models import Person, Unit

KINDS = ("standard", "normal", "emergency", "commission", "decommission")
"""The kinds of changes that windows let through and freezes exempt."""
ALWAYS = Span(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class Series:
    """What windows and freezes share: where they hold, when they recur, and until when.

    They hold for the named devices; without any for the site; without one for the unit and those
    below; without one for the whole organization. `starts`, `also` and `but` are local times.
    Rows stay: one that is ended holds no longer from `ended_at` on.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    device_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    starts: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    lasting_seconds: Mapped[int]
    rule: Mapped[str] = mapped_column(Text, default="")
    also: Mapped[list[str]] = mapped_column(ARRAY(Text))
    but: Mapped[list[str]] = mapped_column(ARRAY(Text))
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    over_at: Mapped[datetime]  # the end of its last opening
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[str] = mapped_column(Text, default="")

    @declared_attr
    def unit(cls) -> Mapped[Unit | None]:  # noqa: N805 - SQLAlchemy hands the class
        return relationship(Unit)

    @declared_attr
    def site(cls) -> Mapped[Site | None]:  # noqa: N805
        return relationship(Site)

    @property
    def governing_unit_id(self) -> int | None:
        return self.site.unit_id if self.site is not None else self.unit_id

    @property
    def label(self) -> str:
        return self.name

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(
            starts=datetime.fromisoformat(self.starts), zone=self.zone, rule=self.rule,
            lasting=timedelta(seconds=self.lasting_seconds),
            also=tuple(datetime.fromisoformat(one) for one in self.also),
            but=tuple(datetime.fromisoformat(one) for one in self.but),
        )  # fmt: skip

    @property
    def life(self) -> Span:
        """From when until when it holds at all."""
        ends = (one for one in (self.valid_until, self.ended_at) if one is not None)
        return Span(self.valid_from or ALWAYS.start, min(ends, default=ALWAYS.end))


class ChangeWindow(Series, Base):
    """A maintenance window: when changes of its `kinds` (none named: all) are welcome."""

    __tablename__ = "change_window"
    __table_args__ = (
        Index("uq_change_window_name", "name", unique=True, postgresql_where="ended_at IS NULL"),
    )


class Freeze(Series, Base):
    """A time in which nothing is changed, except changes of the exempt `kinds`."""

    __tablename__ = "change_freeze"
    __table_args__ = (
        Index("uq_change_freeze_name", "name", unique=True, postgresql_where="ended_at IS NULL"),
    )


class FreezeException(Base):
    """Leave to carry out exactly one plan in a freeze: asked by one person, decided by another."""

    __tablename__ = "freeze_exception"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'approved', 'rejected')", name="state"),
        Index(
            "uq_freeze_exception_standing", "freeze_id", "change_id", "digest", unique=True,
            postgresql_where="state <> 'rejected'",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    freeze_id: Mapped[int] = mapped_column(ForeignKey("change_freeze.id"))
    change_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"), index=True)
    digest: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="asked")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")

    freeze: Mapped[Freeze] = relationship()
    change: Mapped[ChangeRequest] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def label(self) -> str:
        return f"{self.freeze.name} for C{self.change_id}"

    @property
    def standing(self) -> str:
        """The state, or `void` where the plan is not the one that it was asked for any more."""
        return self.state if self.digest == self.change.digest else "void"
