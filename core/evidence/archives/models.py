"""Tables of what left the database for signed files, and of what came back. Insert-only."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Archive(Base):
    """The records of the positions from `first` on until before `size`, in a file of that name.

    `size` is that of a head, `root` its root, `until` when it was signed; `sha256` is the file's.
    The key `key_id` signed all of it. The records left the database in the transaction that wrote
    this row (`xact`), and in no other one: the trigger on the records sees to that.
    """

    __tablename__ = "audit_archive"
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    first_root: Mapped[bytes] = mapped_column(LargeBinary)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[datetime]
    file: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    archived_at: Mapped[datetime]
    archived_by: Mapped[int | None]
    key_id: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    xact: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)"), deferred=True
    )

    @property
    def label(self) -> str:
        return self.file


class Restored(Base):
    """An archive whose records are in the database again."""

    __tablename__ = "audit_restored"
    audited: ClassVar[bool] = False

    archive_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    restored_at: Mapped[datetime]
    restored_by: Mapped[int | None]
