"""The calendar as iCalendar (RFC 5545): times in UTC, stable names, only what one may read."""

import uuid
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from changes.calendar.agenda import Entry, agenda
from changes.calendar.spans import Span
from changes.states import State
from core.context import Context
from organization import tokens
from organization.models import ApiToken, Person

PATH = "/calendar.ics"  # where it is served
PAST, AHEAD = timedelta(days=7), timedelta(days=93)
MOST = 5000  # events; the soonest ones
NAMES = uuid.UUID("0f5d7a52-6f0e-5c6b-9a3f-0c2b7f2d9c11")  # the space of our events' names
WORDS = {"window": "Window", "freeze": "Freeze", "change": "Change"}
REFRESH = timedelta(minutes=15)


def feed(ctx: Context) -> bytes:
    """Windows, freezes and changes with a window, from a week ago to three months ahead.

    Every opening is an event of its own, in UTC: a client needs no zone data to be right.
    """
    now = ctx.now()
    frame = Span(now - PAST, now + AHEAD)
    entries = [one for one in agenda(ctx, frame) if one.kind != "schedule"]
    told = Calendar()
    told.add("prodid", "-//Trimtab//Calendar//EN")
    told.add("version", "2.0")
    told.add("method", "PUBLISH")
    told.add("x-wr-calname", "Trimtab")
    told.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries[:MOST]:
        told.add_component(_event(entry))
    written: bytes = told.to_ical()
    return written


def open_feed(ctx: Context, *, name: str, days: int = 366) -> tuple[ApiToken, str]:
    """A token of one's own that opens the feed and nothing else; `token revoke` ends it."""
    ctx.require("change.read")
    whose = ctx.get(Person, ctx.person.person_id or 0)
    return tokens.issue(ctx, person=whose, name=name, days=days, use="feed")


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", _name(entry))
    event.add("dtstamp", entry.since or entry.span.start)
    event.add("dtstart", _utc(entry.span.start))
    event.add("dtend", _utc(entry.span.end))
    number = f" C{entry.number}" if entry.kind == "change" else ""
    event.add("summary", f"{WORDS[entry.kind]}{number}: {printable(entry.title)}")
    event.add("description", printable(entry.note))
    event.add("categories", [WORDS[entry.kind]])
    tentative = entry.state == State.PROPOSED
    event.add("status", "TENTATIVE" if tentative else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.kind == "window" else "OPAQUE")
    return event


def _name(entry: Entry) -> str:
    """The same for the same opening at every reading, and of no other installation's event.

    A change keeps its name when its window moves; an opening is told apart by when it begins.
    """
    start = "" if entry.kind == "change" else _utc(entry.span.start).isoformat()
    since = entry.since.isoformat() if entry.since else ""
    return str(uuid.uuid5(NAMES, f"{entry.kind} {entry.number} {since} {start}"))


def _utc(at: datetime) -> datetime:
    """To the second; iCalendar knows no fractions."""
    return at.astimezone(UTC).replace(microsecond=0)


def printable(text: str) -> str:
    """Text without control characters, which iCalendar forbids; line breaks stay."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in plain)
