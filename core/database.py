"""Tables' base, the engine and the guarded session. Knows no room's tables."""

import re
import time
from datetime import UTC, datetime
from typing import ClassVar, cast

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
)
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.expression import UpdateBase
from typing_extensions import override

from core.errors import DatabaseUnavailable, UnrecordedWrite

LINK = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""How soon a connection that was cut is noticed (libpq's parameters); an address may differ."""
BACK_SECONDS = 5.0
ADVICE = "Check TRIMTAB_DATABASE_URL, or leave it empty for the embedded server."
TLS_ADVICE = {
    r"certificate verify failed": (
        "The server's certificate is out of date, or not of the authority in sslrootcert: then "
        "somebody else may be answering, and no password was sent. If it is the right server, put "
        "the certificate of its authority into that file (`trimtab queue role` shows Trimtab's)."
    ),
    r"does not match host name": (
        "Write a name of the server that its certificate holds into TRIMTAB_DATABASE_URL, or give "
        "the server a certificate for this one (TRIMTAB_DATABASE_NAMES for the embedded one)."
    ),
    r"root certificate": (
        "Set sslrootcert in TRIMTAB_DATABASE_URL to a file with the certificate (PEM) of the "
        "authority that signed the server's."
    ),
    r"does not support SSL": (
        "Turn TLS on at the server; an address without verify-full trusts whoever answers."
    ),
    r"no encryption|for TLS only": (
        "Add ?sslmode=verify-full&sslrootcert=FILE to TRIMTAB_DATABASE_URL."
    ),
}
"""What libpq says of TLS, and what to do about it; the first that fits counts."""
MINIMUM_SERVER = 150000  # PostgreSQL 15, as server_version_num


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, in UTC on both sides; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


class Base(DeclarativeBase):
    """Every table. `audited = False` marks machinery whose rows are no business of an auditor.

    `unstated` names columns that no record's state covers: secrets, names of persons, and large
    content whose digest stands in another column.
    """

    audited: ClassVar[bool] = True
    unstated: ClassVar[frozenset[str]] = frozenset()
    type_annotation_map: ClassVar = {datetime: UtcDateTime()}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class GuardedSession(Session):
    """Refuses a commit that wrote business rows without an audit record beside them."""


WROTE = "wrote"  # names of the tables written in this transaction
RECORDED = "recorded"  # audit records added in this transaction


@event.listens_for(GuardedSession, "before_flush")
def _note_writes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    written = {*session.new, *session.deleted}
    written |= {row for row in session.dirty if session.is_modified(row)}
    for row in written:
        _note(session, type(row))


def note_record(session: Session, record: Base) -> None:
    """Count an audit record for the commit; one that a savepoint takes back counts no more."""
    session.info.setdefault(RECORDED, []).append(record)


@event.listens_for(GuardedSession, "do_orm_execute")
def _note_bulk_writes(state: ORMExecuteState) -> None:
    if isinstance(state.statement, UpdateBase):
        table = str(state.statement.table)  # a statement annotates its own copy of the table
        mapped = (one.class_ for one in Base.registry.mappers if str(one.local_table) == table)
        _note(state.session, next(mapped, Base))


def _note(session: Session, table: type[object]) -> None:
    """Remember a write to this class's table; a table without a class is business too."""
    if getattr(table, "audited", True):
        session.info.setdefault(WROTE, set()).add(table.__name__)


@event.listens_for(GuardedSession, "before_commit")
def _refuse_unrecorded(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint keeps nothing yet
    session.flush()
    kept = any(inspect(record).persistent for record in session.info.get(RECORDED, ()))
    if session.info.get(WROTE) and not kept:
        names = ", ".join(sorted(session.info[WROTE]))
        raise UnrecordedWrite(f"{names} written without an audit record; nothing was committed.")


@event.listens_for(GuardedSession, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(WROTE, None)
        session.info.pop(RECORDED, None)


def connect(url: str) -> Engine:
    """An engine to a server that answers and is recent enough, or DatabaseUnavailable."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            version = int(connection.scalar(text("SHOW server_version_num")) or 0)
    except OperationalError as error:
        engine.dispose()
        where = make_url(url).render_as_string(hide_password=True)
        said = str(error.orig).strip()
        raise DatabaseUnavailable(
            f"No database answers at {where}: {said} {_advice(said)}"
        ) from error
    if version < MINIMUM_SERVER:
        engine.dispose()
        raise DatabaseUnavailable(
            f"PostgreSQL {version // 10000} is too old; Trimtab needs 15 or newer."
        )
    return engine


def close(engine: Engine) -> None:
    """Close every connection, after waiting for those that a thread is about to give back.

    A connection that comes back to a pool that is no more would stay open until it is collected.
    """
    until = time.monotonic() + BACK_SECONDS
    while cast("QueuePool", engine.pool).checkedout() and time.monotonic() < until:
        time.sleep(0.01)
    engine.dispose()


def _advice(said: str) -> str:
    """What to do about what libpq said."""
    return next((advice for words, advice in TLS_ADVICE.items() if re.search(words, said)), ADVICE)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
            plain = parsed.set(drivername="postgresql+psycopg")
            plain = plain.update_query_dict(LINK | plain.query)
            return create_engine(plain, pool_size=10, max_overflow=40, pool_pre_ping=True)
    except (ArgumentError, ValueError):
        pass  # the text may hold a password: it is not repeated
    raise DatabaseUnavailable(
        "The database address is not understood. Write TRIMTAB_DATABASE_URL as "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME."
    )
