"""The table of what devices said of themselves, beside their configurations."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.audit import Fact
from core.database import Base
from inventory.models import Device


class DeviceReport(Base):
    """What a device said in its last trusted collection; one row a device, no history.

    `saved` tells whether its startup configuration is the running one, None where it shows none;
    `uptime` in seconds at `seen_at`; `interfaces` and `items` as the drivers' protocol has them.
    The seals make the very same texts known (inventory/seals.py), None where there is none.
    """

    __tablename__ = "device_report"

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    saved: Mapped[bool | None]
    uptime: Mapped[int | None]
    interfaces: Mapped[list[dict[str, Fact]]] = mapped_column(JSONB)
    items: Mapped[list[dict[str, Fact]]] = mapped_column(JSONB)
    seen_at: Mapped[datetime]
    running_seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    startup_seal: Mapped[bytes | None] = mapped_column(LargeBinary)

    device: Mapped[Device] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.device.governing_unit_id

    @property
    def label(self) -> str:
        return self.device.hostname
