"""How a row stood before and after what is recorded of it: a document, and its hash.

The document is the RFC 8785 JSON of the row's columns; records hold its SHA-256. A state is never
guessed: what this transaction has not read or written itself is read, and a row of a table that a
statement wrote to behind the session's back has none.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from typing import cast

from sqlalchemy import event, inspect, select, tuple_
from sqlalchemy.orm import Mapper, ORMExecuteState, QueryContext, Session
from sqlalchemy.orm import UOWTransaction as Flush
from sqlalchemy.orm.base import LoaderCallableStatus
from sqlalchemy.sql.expression import UpdateBase

from core.canonical import LARGEST_INTEGER, as_kept, canonical
from core.database import Base, GuardedSession

NOTED = "states before"  # by the row's key: the hash of its document when the transaction began
BEHIND = "written behind"  # names of tables that statements wrote to
TURN = "turn"  # counts the session's transactions
READ = "_read_in_turn"  # of a row: when it was read last

Key = tuple[str, tuple[object, ...]]
"""A row by its table and primary key."""
Values = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """SHA-256, in hex, of the row's document; None where there is no row."""

    before: str | None
    after: str | None


def document(row: Base) -> bytes:
    """The row as the session has it: RFC 8785 JSON of its columns but the `unstated` ones.

    Times are ISO 8601 in UTC with microseconds, bytes hex, JSON as it is; other values are texts.
    """
    return _document(type(row), {name: getattr(row, name) for name, _ in _plan(type(row))})


def digest(row: Base) -> str:
    """What records say of a row that stands like this."""
    return sha256(document(row)).hexdigest()


def states_of(session: Session, rows: Sequence[Base]) -> list[State | None]:
    """How each row stood when the transaction began, and how it stands now; all is flushed."""
    noted: dict[Key, str | None] = session.info.get(NOTED, {})
    behind: set[str] = session.info.get(BEHIND, set())
    mine = {id(row): row for row in rows if _is_here(session, row) and _table(row) not in behind}
    now = _now(session, list(mine.values()))
    found: list[State | None] = []
    for row in rows:
        if id(row) not in mine:
            found.append(None)
            continue
        key = _key(row)
        after = now[key]
        found.append(State(before=noted.get(key, after), after=after))
    return found


def _is_here(session: Session, row: Base) -> bool:
    state = inspect(row)
    return state.session is session or state.was_deleted


def _now(session: Session, rows: Sequence[Base]) -> dict[Key, str | None]:
    """The hashes of the rows as they are; None of one that is gone."""
    found: dict[Key, str | None] = {}
    unknown = list[Base]()
    for row in rows:
        state = inspect(row)
        if state.deleted or state.was_deleted:
            found[_key(row)] = None
            continue
        values = _held(session, row)
        if values is None:
            unknown.append(row)
        else:
            found[_key(row)] = _hash(type(row), values)
    return found | _stored(session, unknown)


def _held(session: Session, row: Base) -> Values | None:
    """The values that the session holds and may trust; None where the row has to be read."""
    if not _is_fresh(session, row):
        return None
    state = inspect(row)
    missing = [name for name, _ in _plan(type(row)) if name not in state.dict]
    if not missing:
        return state.dict
    new = session.info.get(NOTED, {}).get(_key(row), "") is None
    if new and _unset(type(row)).issuperset(missing) and not state.expired_attributes:
        return dict.fromkeys(missing) | state.dict  # never set, so they are null
    return None


def _stored(session: Session, rows: Collection[Base]) -> dict[Key, str | None]:
    """The hashes of the rows as the database has them now, with one statement a table."""
    found: dict[Key, str | None] = {_key(row): None for row in rows}
    for kind in {type(row) for row in rows}:
        names = [name for name, _ in _plan(kind)]
        primary = _mapper(kind).primary_key
        wanted = [_key(row)[1] for row in rows if type(row) is kind]
        asked = select(*(getattr(kind, name).label(name) for name in names), *primary)
        asked = asked.where(tuple_(*primary).in_(wanted))
        for one in session.connection().execute(asked):
            key = (kind.__tablename__, tuple(one[len(names) :]))
            found[key] = _hash(kind, dict(zip(names, one, strict=False)))
    return found


@event.listens_for(GuardedSession, "before_flush")
def _note_states(session: Session, _flush: Flush, _instances: object) -> None:
    """Keep how rows stood that are written for the first time in this transaction."""
    written = [row for row in (*session.dirty, *session.deleted) if _is_stated(row)]
    if not written:
        return
    noted: dict[Key, str | None] = session.info.setdefault(NOTED, {})
    unknown = list[Base]()
    for row in written:
        key = _key(row)
        if key in noted or not (row in session.deleted or session.is_modified(row)):
            continue
        values = _before(session, row)
        if values is None:
            unknown.append(row)
        else:
            noted[key] = _hash(type(row), values)
    if unknown:
        noted |= _stored(session, unknown)


def _before(session: Session, row: Base) -> Values | None:
    """The values that the row was read with; None where it has to be read."""
    if not _is_fresh(session, row):
        return None
    state = inspect(row)
    values = state.dict | state.committed_state
    names = [name for name, _ in _plan(type(row))]
    if any(isinstance(values.get(name, _UNREAD), LoaderCallableStatus) for name in names):
        return None
    return values


_UNREAD = LoaderCallableStatus.NO_VALUE


@event.listens_for(GuardedSession, "pending_to_persistent")
def _note_new(session: Session, row: object) -> None:
    if _is_stated(row):
        session.info.setdefault(NOTED, {}).setdefault(_key(cast("Base", row)), None)
        row.__dict__[READ] = session.info.get(TURN, 0)


@event.listens_for(GuardedSession, "persistent_to_transient")
def _forget_new(session: Session, row: object) -> None:
    """A savepoint took the new row back: whoever comes by its key is another one."""
    if _is_stated(row):
        session.info.get(NOTED, {}).pop(_key(cast("Base", row)), None)


@event.listens_for(Base, "load", propagate=True)
def _note_read(row: Base, context: QueryContext | None) -> None:
    if context is not None:  # it was read, and not copied from elsewhere
        row.__dict__[READ] = context.session.info.get(TURN, 0)


@event.listens_for(Base, "refresh", propagate=True)
def _note_read_again(row: Base, context: QueryContext, names: Collection[str] | None) -> None:
    if names is None:  # all of it, not single columns
        row.__dict__[READ] = context.session.info.get(TURN, 0)


@event.listens_for(GuardedSession, "do_orm_execute")
def _note_behind(state: ORMExecuteState) -> None:
    if isinstance(state.statement, UpdateBase):
        state.session.info.setdefault(BEHIND, set()).add(str(state.statement.table))


@event.listens_for(GuardedSession, "after_transaction_end")
def _forget(session: Session, transaction: object) -> None:
    if getattr(transaction, "parent", None) is None:
        session.info.pop(NOTED, None)
        session.info.pop(BEHIND, None)
        session.info[TURN] = session.info.get(TURN, 0) + 1


def _is_stated(row: object) -> bool:
    return isinstance(row, Base) and row.audited


def _is_fresh(session: Session, row: Base) -> bool:
    """Whether the row was read or written in this very transaction."""
    return bool(row.__dict__.get(READ) == session.info.get(TURN, 0))


def _table(row: Base) -> str:
    return str(row.__tablename__)


def _key(row: Base) -> Key:
    return _table(row), tuple(_mapper(type(row)).primary_key_from_instance(row))


def _mapper(kind: type[Base]) -> Mapper[Base]:
    return inspect(kind)


def _hash(kind: type[Base], values: Values) -> str:
    return sha256(_document(kind, values)).hexdigest()


def _document(kind: type[Base], values: Values) -> bytes:
    told = (f'"{shown}":{_text(values[name])}' for name, shown in _plan(kind))
    return f"{{{','.join(told)}}}".encode()


@cache
def _plan(kind: type[Base]) -> Sequence[tuple[str, str]]:
    """Names of the attributes that a state holds, and of their columns, in the latter's order."""
    told = [(one.key, one.columns[0].name) for one in _mapper(kind).column_attrs]
    return sorted((one for one in told if one[1] not in kind.unstated), key=lambda one: one[1])


@cache
def _unset(kind: type[Base]) -> frozenset[str]:
    """The attributes that are null in a new row that was not given them."""
    told = [(one.key, one.columns[0]) for one in _mapper(kind).column_attrs]
    return frozenset(key for key, column in told if column.server_default is None)


def _text(value: object) -> str:
    """A value as JSON text."""
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return writer(value)
    if isinstance(value, (dict, list, tuple)):
        return canonical(as_kept(value)).decode()
    return quoted(value if isinstance(value, str) else str(value))


_WRITERS: Mapping[type, Callable[..., str]] = {
    str: quoted,
    bool: lambda value: "true" if value else "false",
    int: lambda value: str(value) if abs(value) <= LARGEST_INTEGER else f'"{value}"',
    type(None): lambda _: "null",
    datetime: lambda value: f'"{value.astimezone(UTC).isoformat(timespec="microseconds")}"',
    bytes: lambda value: f'"{value.hex()}"',
}
