"""Events: one row for one state of affairs, however often it is noticed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.exc import IntegrityError

from core.context import Action, Context
from core.errors import Conflict
from inventory.models import Device, Site
from operations.models import Event, Problem
from operations.notifications import notify
from organization.models import Person

Severity = Literal["info", "minor", "major", "critical"]
ORDER: tuple[Severity, ...] = ("info", "minor", "major", "critical")

QUIET = frozenset({"configuration_changed"})
"""Kinds that notify nobody: what follows from them does."""


class WrongState(Conflict):
    code = "wrong_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A state of affairs as somebody noticed it, so many times."""

    fingerprint: str
    kind: str
    title: str
    detail: str
    severity: Severity
    device_id: int | None = None
    times: int = 1


def raise_event(
    ctx: Context, *, fingerprint: str, kind: str, title: str, detail: str, severity: Severity,
    device_id: int | None = None,
) -> Event:  # fmt: skip
    """The event of this fingerprint, made or counted up; severity only rises while it lives."""
    notice = Notice(
        fingerprint=fingerprint, kind=kind, title=title, detail=detail, severity=severity,
        device_id=device_id,
    )  # fmt: skip
    [event] = raise_events(ctx, [notice])
    return event


def raise_events(ctx: Context, notices: Sequence[Notice]) -> list[Event]:
    """As `raise_event`, the events of all these notices in a few statements."""
    first = dict[str, Notice]()
    for one in notices:
        first.setdefault(one.fingerprint, one)
    alive, made = _alive(ctx, first), dict[str, Event]()
    while new := [one for mark, one in first.items() if mark not in alive]:
        made = _inserted(ctx, new)
        alive |= made or _alive(ctx, first)  # again when somebody was faster
    actions = [_raised(ctx, one) for one in made.values()]
    told = {id(first[mark]) for mark in made}
    again = [one for one in notices if id(one) not in told]
    actions += [_again(ctx, alive[one.fingerprint], one) for one in again]
    ctx.record_all(actions)
    return [alive[one.fingerprint] for one in notices]


def _alive(ctx: Context, fingerprints: Collection[str]) -> dict[str, Event]:
    """The events that are not closed, locked in the order of their ids."""
    rows = (
        select(Event)
        .where(Event.fingerprint.in_(fingerprints), Event.state != "closed")
        .order_by(Event.id)
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    )
    return {event.fingerprint: event for event in ctx.session.scalars(rows)}


def _inserted(ctx: Context, new: Sequence[Notice]) -> dict[str, Event]:
    """The rows as made; none when another transaction raised one of them in this moment."""
    made = [
        Event(
            fingerprint=one.fingerprint, kind=one.kind, title=one.title, detail=one.detail,
            severity=one.severity, device_id=one.device_id, state="open",
            count=one.times,
            first_at=ctx.now(), last_at=ctx.now(),
        )
        for one in new
    ]  # fmt: skip
    try:
        with ctx.session.begin_nested():
            ctx.session.add_all(made)
    except IntegrityError:
        return {}
    return {event.fingerprint: event for event in made}


def _raised(ctx: Context, event: Event) -> Action:
    if event.kind not in QUIET:
        notify(ctx, title=event.title, body=event.detail, severity=event.severity)
    return Action(
        action="event.raised", subject=event,
        facts={"kind": event.kind, "severity": event.severity, "fingerprint": event.fingerprint},
    )  # fmt: skip


def _again(ctx: Context, event: Event, notice: Notice) -> Action:
    worse = ORDER.index(notice.severity) > ORDER.index(event.severity)
    event.count += notice.times
    event.last_at = ctx.now()
    event.detail = notice.detail
    if worse:
        event.severity = notice.severity
        notify(ctx, title=event.title, body=notice.detail, severity=notice.severity)
    return Action(
        action="event.repeated", subject=event,
        facts={"count": event.count, "severity": event.severity},
    )  # fmt: skip


def acknowledge(ctx: Context, event_id: int) -> Event:
    """Take note of an open event and take it on."""
    event = ctx.get_locked(Event, event_id)
    ctx.require("event.write", event)
    if event.state != "open":
        raise WrongState(f"Event {event.id} is {event.state}; only an open one is acknowledged.")
    event.state = "acknowledged"
    event.acknowledged_by_id = ctx.person.person_id
    ctx.record("event.acknowledged", event)
    return event


def assign(ctx: Context, event_id: int, person: Person) -> Event:
    """Give an event to a person to work on."""
    event = ctx.get_locked(Event, event_id)
    ctx.require("event.write", event)
    if event.state == "closed":
        raise WrongState(f"Event {event.id} is closed; nobody can be assigned to it.")
    if not person.active:
        raise Conflict(f"{person.username} is deactivated and takes on no event.")
    event.assigned_to_id = person.id
    ctx.record("event.assigned", event, to=ctx.identified(person.id))
    return event


def close(ctx: Context, event_id: int, note: str) -> Event:
    """Close an event; the same noticed again is a new one."""
    [event] = close_all(ctx, {event_id: note})
    return event


def close_all(ctx: Context, notes: Mapping[int, str]) -> list[Event]:
    """Close events, each with its note; all of them or none."""
    events = _locked(ctx, notes)
    for event in events:
        ctx.require("event.write", event)
        if event.state == "closed":
            raise WrongState(f"Event {event.id} is closed already.")
    for event in events:
        event.state, event.closed_at, event.closing_note = "closed", ctx.now(), notes[event.id]
    ctx.record_all(
        Action(action="event.closed", subject=one, facts={"note": notes[one.id]}) for one in events
    )
    return events


def _locked(ctx: Context, event_ids: Collection[int]) -> list[Event]:
    """The events as they are now, locked in the order of their ids, or NotFound."""
    rows = (
        select(Event)
        .where(Event.id.in_(event_ids))
        .order_by(Event.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {event.id: event for event in ctx.session.scalars(rows)}
    return [found.get(key) or ctx.get(Event, key) for key in event_ids]


def link_problem(ctx: Context, event_id: int, problem_id: int) -> Event:
    """Note which problem is behind an event."""
    event = ctx.get(Event, event_id)
    problem = ctx.get(Problem, problem_id)
    ctx.require("event.write", event)
    ctx.require("problem.write", problem)
    event.problem_id = problem.id
    ctx.record("event.linked", event, problem=problem.id)
    return event


def get_event(ctx: Context, event_id: int) -> Event:
    """The event, or NotFound. Needs `event.read` on its device; on none, anywhere."""
    event = ctx.get(Event, event_id)
    ctx.require("event.read", event if event.device_id else None)
    return event


def list_events(
    ctx: Context, *, state: str | None = None, after: int | None = None, limit: int = 50
) -> list[Event]:
    """Events of devices in one's jurisdiction (and of no device), newest first."""
    query = select(Event).where(visible(ctx)).order_by(Event.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Event.state == state)
    if after is not None:
        query = query.where(Event.id < after)
    return list(ctx.session.scalars(query))


def visible(ctx: Context) -> ColumnElement[bool]:
    """Which events the acting person may read, as a condition."""
    units = ctx.units("event.read")
    if not units:
        return false()
    devices = (
        select(Device.id)
        .join(Site, Site.id == Device.site_id)
        .where(Device.unit_id.in_(units) | (Device.unit_id.is_(None) & Site.unit_id.in_(units)))
    )
    return Event.device_id.is_(None) | Event.device_id.in_(devices)


def recurring(ctx: Context, *, times: int = 3) -> list[str]:
    """Fingerprints of at least so many events, one after another closed: likely problems."""
    ctx.require("event.read")
    query = (
        select(Event.fingerprint).where(visible(ctx)).group_by(Event.fingerprint)
        .having(func.count() >= times).order_by(Event.fingerprint)
    )  # fmt: skip
    return list(ctx.session.scalars(query))
