"""Tables of the Merkle log, all insert-only. What a head covers is here in the same transaction."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Leaf(Base):
    """Which record stands at a position of the tree, numbered from 0; given by the sealer."""

    __tablename__ = "audit_leaf"
    audited: ClassVar[bool] = False

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_record_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Node(Base):
    """A complete subtree of 2**level leaves, at every eighth level: enough for quick proofs."""

    __tablename__ = "audit_node"
    audited: ClassVar[bool] = False

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Head(Base):
    """A signed tree head. `previous` is the size of the head before it, 0 for the first."""

    __tablename__ = "audit_head"
    audited: ClassVar[bool] = False

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    previous: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class Key(Base):
    """A key that signs heads of more than `from_size` leaves; number 1 names the log."""

    __tablename__ = "audit_key"
    audited: ClassVar[bool] = False

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    number: Mapped[int] = mapped_column(unique=True)
    from_size: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    previous_id: Mapped[str | None] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    previous_signature: Mapped[bytes | None] = mapped_column(LargeBinary)

    @property
    def label(self) -> str:
        return self.id[:16]


class Witnessed(Base):
    """A head of another Trimtab's log that this one countersigned: it continues the one before."""

    __tablename__ = "audit_witnessed"
    audited: ClassVar[bool] = False

    log: Mapped[str] = mapped_column(Text, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    witnessed_at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class Anchor(Base):
    """A head that was laid down outside the database, where and with what receipt."""

    __tablename__ = "audit_anchor"
    audited: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    target: Mapped[str] = mapped_column(Text, index=True)
    anchored_at: Mapped[datetime]
    receipt: Mapped[str] = mapped_column(Text)
