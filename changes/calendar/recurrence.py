"""When something recurs: RFC 5545 rules in local time to spans in UTC. Pure: keeps no clock.

A recurrence begins at a local time in an IANA zone and lasts a real length of time. A local time
that a clock skips counts with the offset before the shift, one that it repeats means the first
(RFC 5545, 3.3.5); what lasts four hours lasts four hours, whatever the clocks do meanwhile.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr

from changes.calendar.errors import InvalidRecurrence
from changes.calendar.rules import MOST, read_rule
from changes.calendar.spans import Span

SHORTEST = timedelta(minutes=1)
SERIES = timedelta(days=3653)  # ten years; then whoever needs the series still writes it anew
YEARS = range(1971, 2200)
CYCLE, LAST = 400, 9998  # the Gregorian calendar repeats; dateutil looks no further than 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """`starts`, `also` and `but` are local times without a zone; without a rule it opens once."""

    starts: datetime
    zone: str
    lasting: timedelta
    rule: str = ""
    also: tuple[datetime, ...] = ()
    but: tuple[datetime, ...] = ()


def checked(told: Recurrence, *, longest: timedelta) -> Recurrence:
    """The recurrence in canonical form, or InvalidRecurrence that says what to write instead."""
    zone_of(told.zone)
    for one in (told.starts, *told.also, *told.but):
        _require_local(one)
    if not SHORTEST <= told.lasting <= longest:
        raise InvalidRecurrence(
            f"It cannot last {told.lasting}: give at least {SHORTEST} and at most {longest}.",
            field="lasting",
        )
    rule = read_rule(told.rule).text if told.rule.strip() else ""
    found = replace(
        told, rule=rule, also=tuple(sorted(set(told.also))), but=tuple(sorted(set(told.but)))
    )
    _require_beginning(found)
    _require_exceptions(found)
    return found


@lru_cache(maxsize=512)
def openings(of: Recurrence) -> tuple[Span, ...]:
    """Every span of the recurrence, in UTC and in order; InvalidRecurrence beyond MOST."""
    return _until(of, LAST)


@lru_cache(maxsize=2048)
def _until(of: Recurrence, year: int) -> tuple[Span, ...]:
    """The spans whose local start lies in this year or before it."""
    starts = {one for one in _starts(of, year) - set(of.but) if one.year <= year}
    instants = {_instant(one, of) for one in starts}
    return tuple(Span(one, one + of.lasting) for one in sorted(instants))


def between(of: Recurrence, span: Span) -> tuple[Span, ...]:
    """The openings that meet a span; later ones are not worked out, as most of a series is."""
    found = _until(of, min(span.end.year + 1, LAST))  # a local year may begin later
    first = bisect_left(found, span.start - of.lasting, key=lambda one: one.start)
    last = bisect_left(found, span.end, key=lambda one: one.start)
    return tuple(one for one in found[first:last] if one.meets(span))


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name, or InvalidRecurrence."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidRecurrence(
            f"There is no time zone {name!r}; write one such as Europe/Berlin or UTC.", field="zone"
        ) from error


def _starts(of: Recurrence, year: int = LAST) -> set[datetime]:
    """Every local start by the end of the year, those that are left out among them."""
    return {*(_by_rule(of, year) if of.rule else (of.starts,)), *of.also}


def _by_rule(of: Recurrence, year: int = LAST) -> list[datetime]:
    """Local starts by the rule, at most ten years of them and none after the year.

    The rule runs in the last 400-year cycle that dateutil knows, where it is the same to the day:
    one that never opens again then ends after a few hundred years, not after eight thousand.
    """
    rule = read_rule(of.rule)
    years = (LAST - of.starts.year) // CYCLE * CYCLE
    found: list[datetime] = []
    moved: datetime
    for moved in rrulestr(rule.endless, dtstart=_moved(of.starts, years)):
        one = _moved(moved, -years)
        if one.year > year or one > of.starts + SERIES:
            break
        if rule.until and (_instant(one, of) if rule.until.tzinfo else one) > rule.until:
            break
        if len(found) == MOST:
            raise InvalidRecurrence(
                f"{of.rule} opens more than {MOST} times in ten years. Give it a COUNT, an UNTIL "
                "or fewer times a day.",
                field="rule",
            )
        found.append(one)
    return found


def _instant(local: datetime, of: Recurrence) -> datetime:
    return local.replace(tzinfo=zone_of(of.zone)).astimezone(UTC)


def _moved(at: datetime, years: int) -> datetime:
    return at.replace(year=at.year + years)


def _require_local(at: datetime) -> None:
    if at.tzinfo is not None:
        raise InvalidRecurrence(
            f"{at.isoformat()} names an offset. Write the local time alone; the zone stands beside "
            "it.",
            field="starts",
        )
    if at.year not in YEARS:
        raise InvalidRecurrence(f"The year {at.year} lies outside of {YEARS[0]} to {YEARS[-1]}.")


def _require_beginning(of: Recurrence) -> None:
    """A series begins with an opening: other programs read its start as one in any case."""
    if not of.rule:
        return
    first = next(iter(_by_rule(of)), None)
    if first is None:
        raise InvalidRecurrence(
            f"{of.rule} never opens within ten years of {of.starts:%Y-%m-%d %H:%M}.", field="rule"
        )
    if first != of.starts:
        raise InvalidRecurrence(
            f"It starts on {of.starts:%A, %Y-%m-%d %H:%M}, but {of.rule} opens first on "
            f"{first:%A, %Y-%m-%d %H:%M}. Let it start then.",
            field="starts",
        )


def _require_exceptions(of: Recurrence) -> None:
    starts = _starts(of)
    idle = [one for one in of.but if one not in starts]
    if idle:
        raise InvalidRecurrence(
            f"It does not open on {idle[0]:%A, %Y-%m-%d %H:%M}, so there is nothing to leave out.",
            field="but",
        )
    if not starts - set(of.but):
        raise InvalidRecurrence("Its exceptions leave no opening at all.", field="but")
