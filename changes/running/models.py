"""What the gates between waves saw, as a table."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class GateResult(Base):
    """One check of one device before or after its wave. The wave's audit record tells of it."""

    __tablename__ = "gate_result"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("change_run.id"), index=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), index=True)
    wave: Mapped[int]
    moment: Mapped[str] = mapped_column(Text)  # before or after
    name: Mapped[str] = mapped_column(Text)
    passed: Mapped[bool]
    detail: Mapped[str] = mapped_column(Text)
    looked_at: Mapped[datetime]
