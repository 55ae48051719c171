"""Events: one row for one state of affairs, however often it is noticed."""

from typing import Literal

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.exc import IntegrityError

from core.context import Context
from core.errors import Conflict
from inventory.models import Device, Site
from operations.models import Event, Problem
from operations.notifications import notify
from organization.models import Person

Severity = Literal["info", "minor", "major", "critical"]
ORDER: tuple[Severity, ...] = ("info", "minor", "major", "critical")


class WrongState(Conflict):
    code = "wrong_state"


def raise_event(
    ctx: Context, *, fingerprint: str, kind: str, title: str, detail: str, severity: Severity,
    device_id: int | None = None,
) -> Event:  # fmt: skip
    """The event of this fingerprint, made or counted up; severity only rises while it lives."""
    while (event := _alive(ctx, fingerprint)) is None:  # again when somebody was faster
        made = Event(
            fingerprint=fingerprint, kind=kind, title=title, detail=detail, severity=severity,
            state="open", device_id=device_id, count=1, first_at=ctx.now(), last_at=ctx.now(),
        )  # fmt: skip
        if _inserted(ctx, made):
            ctx.record("event.raised", made, kind=kind, severity=severity, fingerprint=fingerprint)
            notify(ctx, title=title, body=detail, severity=severity)
            return made
    return _again(ctx, event, detail=detail, severity=severity)


def _alive(ctx: Context, fingerprint: str) -> Event | None:
    """The event that is not closed, locked."""
    return ctx.session.scalar(
        select(Event)
        .where(Event.fingerprint == fingerprint, Event.state != "closed")
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    )


def _inserted(ctx: Context, event: Event) -> bool:
    """Whether the row is new; not so when another transaction raised the same in this moment."""
    try:
        with ctx.session.begin_nested():
            ctx.add(event)
    except IntegrityError:
        return False
    return True


def _again(ctx: Context, event: Event, *, detail: str, severity: Severity) -> Event:
    worse = ORDER.index(severity) > ORDER.index(event.severity)
    event.count += 1
    event.last_at = ctx.now()
    event.detail = detail
    if worse:
        event.severity = severity
        notify(ctx, title=event.title, body=detail, severity=severity)
    ctx.record("event.repeated", event, count=event.count, severity=event.severity)
    return event


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
    ctx.record("event.assigned", event, to=person.username)
    return event


def close(ctx: Context, event_id: int, note: str) -> Event:
    """Close an event; the same noticed again is a new one."""
    event = ctx.get_locked(Event, event_id)
    ctx.require("event.write", event)
    if event.state == "closed":
        raise WrongState(f"Event {event.id} is closed already.")
    event.state, event.closed_at, event.closing_note = "closed", ctx.now(), note
    ctx.record("event.closed", event, note=note)
    return event


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
