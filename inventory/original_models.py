"""The encrypted originals' table. Holds no key and no plain text."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from inventory.models import Device


class Original(Base):
    """What a device showed before its secrets were redacted: compressed, then AES-256-GCM.

    `digest` is the SHA-256 of the redacted text, as the snapshot has it. Device and digest are
    authenticated with the ciphertext: it opens nowhere else. `size` is that of the plain text.
    """

    __tablename__ = "original"
    unstated: ClassVar[frozenset[str]] = frozenset({"nonce", "ciphertext"})
    __table_args__ = (UniqueConstraint("device_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(Text, index=True)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    created_at: Mapped[datetime]

    device: Mapped[Device] = relationship()

    @property
    def governing_unit_id(self) -> int | None:
        return self.device.governing_unit_id

    @property
    def label(self) -> str:
        return f"{self.device.hostname} {self.digest.hex()[:12]}"


class RedactionCommitment(Base):
    """A commitment to a text as it was before redaction; `secrets` are the hidden parts' leaves.

    32 bytes each, in the text's order (inventory/hidden_parts.py). `digest` is the SHA-256 of the
    redacted text. A device has several for one text only where it showed marks of its own.
    """

    __tablename__ = "redaction_commitment"
    audited: ClassVar[bool] = False

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    commitment: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    secrets: Mapped[bytes] = mapped_column(LargeBinary)
