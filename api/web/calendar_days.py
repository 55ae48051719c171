"""The days of a month or week in a time zone, with what happens on each. Pure; asks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from changes.calendar.agenda import Entry
from changes.calendar.spans import Span

View = Literal["month", "week", "agenda"]
DAY, WEEK = timedelta(days=1), timedelta(days=7)
AGENDA = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry on one day. `begins` and `ends` are local times, empty where it goes on."""

    entry: Entry
    begins: str
    ends: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    here: bool  # of the month that is shown
    today: bool
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a page of the calendar is about; `before` and `after` are days of the next pages."""

    title: str
    first: date
    last: date  # not shown any more
    before: date
    after: date
    month: int


def sheet(view: View, day: date) -> Sheet:
    """The page of a view that a day lies on; weeks begin on Monday, as ISO 8601 has it."""
    if view == "agenda":
        return Sheet(title=f"from {day}", first=day, last=day + AGENDA, before=day - AGENDA,
                     after=day + AGENDA, month=0)  # fmt: skip
    monday = day - day.weekday() * DAY
    if view == "week":
        year, week, _ = day.isocalendar()
        return Sheet(title=f"{year}, week {week}", first=monday, last=monday + WEEK,
                     before=monday - WEEK, after=monday + WEEK, month=0)  # fmt: skip
    month = day.replace(day=1)
    following = (month + 31 * DAY).replace(day=1)
    first = month - month.weekday() * DAY
    last = following + -following.weekday() % 7 * DAY
    return Sheet(title=f"{month:%B %Y}", first=first, last=last, before=month - DAY,
                 after=following, month=month.month)  # fmt: skip


def frame_of(page: Sheet, zone: ZoneInfo) -> Span:
    """The time that a page shows."""
    return Span(_midnight(page.first, zone), _midnight(page.last, zone))


def weeks(
    page: Sheet, entries: Sequence[Entry], zone: ZoneInfo, *, now: datetime
) -> tuple[tuple[Day, ...], ...]:
    """The page's days by weeks."""
    count = (page.last - page.first).days
    days = [page.first + number * DAY for number in range(count)]
    made = [_day(one, page, entries, zone, now) for one in days]
    return tuple(tuple(made[start : start + 7]) for start in range(0, count, 7))


def _day(day: date, page: Sheet, entries: Sequence[Entry], zone: ZoneInfo, now: datetime) -> Day:
    whole = Span(_midnight(day, zone), _midnight(day + DAY, zone))
    return Day(
        day=day, here=page.month in {0, day.month}, today=now.astimezone(zone).date() == day,
        shown=tuple(
            _shown(one, whole, zone) for one in entries
            if one.span.meets(whole) or whole.start <= one.span.start < whole.end
        ),
    )  # fmt: skip


def _shown(entry: Entry, whole: Span, zone: ZoneInfo) -> Shown:
    begins, ends = entry.span.start, entry.span.end
    return Shown(
        entry=entry,
        begins=f"{begins.astimezone(zone):%H:%M}" if begins >= whole.start else "",
        ends=f"{ends.astimezone(zone):%H:%M}" if begins < ends <= whole.end else "",
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
