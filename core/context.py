"""What every action receives first: session, acting person, clock, permission and record.

One straight line: fetch, require, check, change, record, return. The context owns the transaction;
no transaction stays open inside `released()`, where devices and Ansible work.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from core.actor import NO_WORK, ActingFor, Actor, Origin, Work
from core.audit import AuditRecord, Circumstances, Fact, Subject, make_record
from core.database import Base, note_record
from core.errors import NotFound, NotPermitted
from core.identities import identity_of
from core.settings import Settings
from core.states import State, states_of

__all__ = ("Action", "Authority", "Context", "Governed", "Work", "utc_now")

Row = TypeVar("Row", bound=Base)


class Governed(Protocol):
    """A row that lies in some unit's jurisdiction; None is the whole organization."""

    @property
    def governing_unit_id(self) -> int | None: ...


class Authority(Protocol):
    """Answers what posts allow; `organization.permissions.PostAuthority` is the real one."""

    def units(self, session: Session, actor: Actor, permission: str) -> frozenset[int]:
        """Ids of all units in which the actor has the permission (empty: none)."""
        ...

    def allows(self, session: Session, actor: Actor, permission: str, unit_id: int | None) -> bool:
        """Whether the actor has the permission in that unit; None asks for the root units."""
        ...

    def post(
        self, session: Session, actor: Actor, permission: str, unit_id: int | None
    ) -> ActingFor | None:
        """The post that gives a person the permission in that unit: nearest first, then oldest.

        None asks for any unit, roots first. None for the platform, which holds no post.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What was done to what, for the audit record."""

    action: str
    subject: Base | Subject
    facts: Mapping[str, Fact]


def utc_now() -> datetime:
    return datetime.now(UTC)


Reliance = tuple[Actor, str, int | None]
"""A permission that was asked for with success: whose, which, in what unit."""


@dataclass(slots=True, kw_only=True)
class Context:
    session: Session
    person: Actor
    authority: Authority
    settings: Settings
    origin: Origin = field(default_factory=lambda: Origin(door="cli"))
    now: Callable[[], datetime] = utc_now
    recorded: list[str] = field(default_factory=list)
    work: Work | None = None
    """The change, and its run, that a worker carries out; records that tell of none name it."""
    _relied: dict[bool, Reliance] = field(init=False, repr=False, default_factory=dict)
    _posts: dict[Reliance, ActingFor | None] = field(init=False, repr=False, default_factory=dict)

    def get(self, table: type[Row], key: int | str) -> Row:
        """The row, or NotFound."""
        row = self.session.get(table, key)
        if row is None:
            raise NotFound(f"There is no {_words(table)} {key}.", type=_words(table), id=str(key))
        return row

    def get_locked(self, table: type[Row], key: int) -> Row:
        """The row as it is now, locked against other writers until the transaction ends."""
        row = self.session.get(
            table, key, with_for_update={"key_share": True}, populate_existing=True
        )
        if row is None:
            raise NotFound(f"There is no {_words(table)} {key}.", type=_words(table), id=str(key))
        return row

    def require(self, permission: str, subject: Governed | None = None) -> None:
        """Raise NotPermitted unless a post gives the acting person this permission there.

        Without a subject the permission is needed in any unit at all.
        """
        if subject is None:
            if self.person.kind == "platform":  # what it is granted holds before any unit exists
                allowed = self.authority.allows(self.session, self.person, permission, None)
            else:
                allowed = bool(self.authority.units(self.session, self.person, permission))
            if allowed:
                self.relies_on(permission)
                return
            raise NotPermitted(
                f"{self.person.name} holds no post with the permission {permission}. "
                "An administrator of the organization can assign one.",
                permission=permission,
            )
        if not self.authority.allows(
            self.session, self.person, permission, subject.governing_unit_id
        ):
            raise NotPermitted(
                f"{self.person.name} has no permission {permission} on {_label(subject)}: no post "
                "held gives it in that jurisdiction.",
                permission=permission,
                subject=_label(subject),
            )
        self.relies_on(permission, unit_id=subject.governing_unit_id)

    def relies_on(
        self, permission: str, *, unit_id: int | None = None, actor: Actor | None = None
    ) -> None:
        """Note what allows that which is recorded next, as `require` does.

        For who decides otherwise than by `require`; `actor` where it is another one's permission.
        """
        reading = permission.endswith(".read")
        self._relied[reading] = (actor or self.person, permission, unit_id)

    def units(self, permission: str) -> frozenset[int]:
        """The units whose objects the acting person may see or change; for filtering lists."""
        return self.authority.units(self.session, self.person, permission)

    def add(self, row: Row) -> Row:
        """Insert now, so that the row has its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def record(self, action: str, subject: Base | Subject, **facts: Fact) -> AuditRecord:
        """Write the audit record of an action in this very transaction."""
        [record] = self.record_all([Action(action=action, subject=subject, facts=facts)])
        return record

    def record_all(self, actions: Iterable[Action]) -> Sequence[AuditRecord]:
        """Write the audit records of many actions, in their order and with one statement."""
        done = list(actions)
        self.session.flush()
        rows = [one.subject for one in done if isinstance(one.subject, Base)]
        states = iter(states_of(self.session, rows))
        records = [
            self._record(one, next(states) if isinstance(one.subject, Base) else None)
            for one in done
        ]
        self.session.add_all(records)
        self.session.flush()
        for record in records:
            note_record(self.session, record)
            self.recorded.append(record.action)
        return records

    def _record(self, done: Action, state: State | None) -> AuditRecord:
        of = done.subject if isinstance(done.subject, Subject) else _subject(done.subject)
        mine = self.person.person_id
        told = Circumstances(
            actor=self.person, origin=self.origin, at=self.now(),
            identity=None if mine is None else identity_of(self.session, mine),
            acting_for=None if mine is None else self._acting_for(done.subject),
            work=_work(done.subject, self.work),
        )  # fmt: skip
        facts = {**_marks(done.subject), **done.facts}
        return make_record(done.action, of, told, facts=facts, state=state)

    def _acting_for(self, subject: Base | Subject) -> ActingFor | None:
        """The post behind what was asked for last: reading counts where nothing else was."""
        relied = self._relied.get(False) or self._relied.get(True)
        if relied is None:
            return None
        actor, permission, unit_id = relied
        if unit_id is None:
            unit_id = getattr(subject, "governing_unit_id", None)
        key = (actor, permission, unit_id)
        if key not in self._posts:
            self._posts[key] = self.authority.post(self.session, *key)
        return self._posts[key]

    def identified(self, person_id: int | None) -> Fact:
        """How facts tell of a person: never by name. None of nobody."""
        if person_id is None:
            return None
        found = identity_of(self.session, person_id)
        return {"person": person_id, "identity": found.hex() if found else None}

    def commit(self) -> None:
        self.session.commit()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Commit what is done and hold no transaction while the body works outside."""
        self.session.commit()
        yield


def _words(table: type[Base]) -> str:
    return str(table.__tablename__).replace("_", " ")


def _marks(row: object) -> Mapping[str, Fact]:
    """The facts that every record about this row carries; most rows have none."""
    return dict(getattr(row, "marks", {}))


def _work(subject: Base | Subject, work: Work | None) -> Work:
    """The change and run that a record belongs to: the subject's own, else those worked on."""
    change = getattr(subject, "change_id", None)
    execution = getattr(subject, "execution_id", None)
    work = work or NO_WORK
    if change is None and execution is None:
        return work
    if change in {None, work.change_id}:
        return Work(change_id=work.change_id, execution_id=execution or work.execution_id)
    return Work(change_id=change, execution_id=execution)


def _label(row: object) -> str:
    return str(getattr(row, "label", row))


def _subject(row: Base) -> Subject:
    identity = ":".join(str(getattr(row, key.name)) for key in row.__mapper__.primary_key)
    label = getattr(row, "record_label", None) or _label(row)
    return Subject(type=row.__tablename__, id=identity, label=label)
