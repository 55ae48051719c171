"""How devices stood over time, as tables. A row only where something changed."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class RuleSet(Base):
    """The rules that a device was asked: their ids, and `digest`, SHA-256 over their whole text.

    `name` is the SHA-256 of the digest and the ids, one a line; the database checks it.
    """

    __tablename__ = "rule_set"
    __table_args__ = (
        CheckConstraint(
            "name = sha256(digest || convert_to(array_to_string(rules, E'\\n'), 'UTF8'))",
            name="name",
        ),
    )
    audited: ClassVar[bool] = False

    name: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    rules: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Standing(Base):
    """How a device stood from `since` until its next row: outcome, rules asked, those it broke.

    `failed` has the details of broken rules by their ids, as `Judged` has them.
    """

    __tablename__ = "standing"
    audited: ClassVar[bool] = False

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(Text)
    rule_set: Mapped[bytes] = mapped_column(ForeignKey("rule_set.name"))
    failed: Mapped[dict[str, str]] = mapped_column(JSONB)
