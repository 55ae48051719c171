"""Events: one row for one state of affairs, however often it is noticed."""

from typing import Literal

from sqlalchemy import func, select
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
    made = None if _alive(ctx, fingerprint) else _insert(
        ctx,
        Event(
            fingerprint=fingerprint, kind=kind, title=title, detail=detail, severity=severity,
            state="open", device_id=device_id, count=1, first_at=ctx.now(), last_at=ctx.now(),
        ),
    )  # fmt: skip
    if made is None:
        return _again(ctx, fingerprint, detail=detail, severity=severity)
    ctx.record("event.raised", made, kind=kind, severity=severity, fingerprint=fingerprint)
    notify(ctx, title=title, body=detail, severity=severity)
    return made


def _alive(ctx: Context, fingerprint: str) -> Event | None:
    query = select(Event).where(Event.fingerprint == fingerprint, Event.state != "closed")
    return ctx.session.scalar(query)


def _insert(ctx: Context, event: Event) -> Event | None:
    """The new row, or None when another transaction raised the same in this moment."""
    try:
        with ctx.session.begin_nested():
            return ctx.add(event)
    except IntegrityError:
        return None


def _again(ctx: Context, fingerprint: str, *, detail: str, severity: Severity) -> Event:
    event = ctx.session.scalars(
        select(Event)
        .where(Event.fingerprint == fingerprint, Event.state != "closed")
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    ).one()
    event.count += 1
    event.last_at = ctx.now()
    event.detail = detail
    event.severity = max(event.severity, severity, key=ORDER.index)
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
    event = ctx.get_locked(Event, event_id)
    ctx.require("event.write", event)
    if event.state == "closed":
        raise WrongState(f"Event {event.id} is closed; nobody can be assigned to it.")
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
    event = ctx.get(Event, event_id)
    problem = ctx.get(Problem, problem_id)
    ctx.require("event.write", event)
    ctx.require("problem.write", problem)
    event.problem_id = problem.id
    ctx.record("event.linked", event, problem=problem.id)
    return event


def list_events(
    ctx: Context, *, state: str | None = None, after: int | None = None, limit: int = 50
) -> list[Event]:
    """Events of devices in one's jurisdiction (and of no device), newest first."""
    units = ctx.units("event.read")
    query = (
        select(Event)
        .outerjoin(Device, Device.id == Event.device_id)
        .outerjoin(Site, Site.id == Device.site_id)
        .where(
            Device.id.is_(None)
            | Device.unit_id.in_(units)
            | (Device.unit_id.is_(None) & Site.unit_id.in_(units))
        )
        .order_by(Event.id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(Event.state == state)
    if after is not None:
        query = query.where(Event.id < after)
    return list(ctx.session.scalars(query)) if units else []


def recurring(ctx: Context, *, times: int = 3) -> list[str]:
    """Fingerprints that came back at least so often after they were closed: likely problems."""
    ctx.require("event.read")
    query = (
        select(Event.fingerprint).group_by(Event.fingerprint).having(func.count() >= times)
        .order_by(Event.fingerprint)
    )  # fmt: skip
    return list(ctx.session.scalars(query))
