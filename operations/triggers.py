"""When a schedule fires next: intervals ("every 15m") and crontab lines. Pure; keeps no clock."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger

from core.errors import InvalidInput

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SHORTEST = timedelta(seconds=10)
LONGEST = timedelta(days=366)
LINES_KEPT = 1024  # crontab lines that are kept taken apart, which costs more than their next time
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
TICK = timedelta(microseconds=1)

_SPAN = re.compile(r"(\d{1,9}) ?([smhd])")
_DAYS = re.compile(r"(?P<first>\d|\*)(-(?P<last>\d))?(/(?P<step>\d+))?")


class InvalidTrigger(InvalidInput):
    code = "invalid_trigger"


class InvalidJitter(InvalidInput):
    code = "invalid_jitter"


def next_fire(
    trigger: str, *, timezone: str, now: datetime, due: datetime | None = None,
    offset: timedelta = timedelta(),
) -> datetime:  # fmt: skip
    """When a schedule fires after `now`: always `offset` later than its trigger says.

    `due` is when it was to fire last, and None for one that begins. As all its times are moved by
    the same offset, the rhythm never drifts and no time is lost. Raises InvalidTrigger.
    """
    if due is None:
        return next_after(trigger, timezone=timezone, now=now, anchor=now) + offset
    before = now - offset
    return next_after(trigger, timezone=timezone, now=before, anchor=due - offset) + offset


def splay(name: str, jitter_seconds: int) -> timedelta:
    """By how much of its jitter a schedule of this name is late: always the same, to the ms."""
    if not jitter_seconds:
        return timedelta()
    drawn = int.from_bytes(sha256(name.encode()).digest())
    return timedelta(milliseconds=drawn % (jitter_seconds * 1000))


def seconds_of(text: str) -> int:
    """The seconds of a span such as `90s`, `10m`, `2h` or `1d`, or InvalidJitter."""
    span = _span(text.strip())
    if span is None:
        raise InvalidJitter(f"{text!r} is no span of time. Write 90s, 10m, 2h or 1d.")
    return int(span.total_seconds())


def next_after(trigger: str, *, timezone: str, now: datetime, anchor: datetime) -> datetime:
    """The first time after `now`, in UTC; intervals count from `anchor`, skipping what was missed.

    A crontab line means local time in `timezone`. Raises InvalidTrigger.
    """
    zone = _zone(timezone)
    interval = _interval(trigger)
    if interval:
        return anchor.astimezone(UTC) + ((now - anchor) // interval + 1) * interval
    rule = _cron(trigger, zone)
    found = _first(rule, now, zone=zone, trigger=trigger)
    if found.fold and "*" not in trigger.split()[1]:
        # The hour that the end of summer time repeats: a line for that hour has fired already.
        found = _first(rule, found, zone=zone, trigger=trigger)
    return found.astimezone(UTC)


def _first(rule: CronTrigger, now: datetime, *, zone: ZoneInfo, trigger: str) -> datetime:
    """The rule's first time strictly after `now`, local, with its fold."""
    then = (now.astimezone(UTC) + TICK).astimezone(zone)
    found: datetime | None = rule.get_next_fire_time(None, then)
    if found is None:
        raise InvalidTrigger(f"{trigger!r} never fires. Give a day that its months have.")
    return found.astimezone(UTC).astimezone(zone)


def _interval(trigger: str) -> timedelta | None:
    if not trigger.startswith("every "):
        return None
    span = _span(trigger.strip().removeprefix("every "))
    if span is None:
        raise InvalidTrigger(f"{trigger!r} is no interval. Write `every 15m`, `every 2h`, ...")
    if span < SHORTEST:
        raise InvalidTrigger(f"{trigger!r} is too often; {SHORTEST.seconds} seconds is the least.")
    if span > LONGEST:
        raise InvalidTrigger(f"{trigger!r} is too rare; {LONGEST.days} days is the most.")
    return span


def _span(text: str) -> timedelta | None:
    match = _SPAN.fullmatch(text)
    return timedelta(**{UNITS[match[2]]: int(match[1])}) if match else None


@lru_cache(maxsize=LINES_KEPT)
def _cron(trigger: str, zone: ZoneInfo) -> CronTrigger:
    fields = trigger.split()
    if len(fields) != 5:  # minute, hour, day of month, month, day of week
        raise InvalidTrigger(
            f"{trigger!r} is neither an interval (`every 15m`) nor a crontab line (`30 2 * * 1-5`: "
            "minute, hour, day of month, month, day of week)."
        )
    if fields[2] != "*" and fields[4] != "*":
        raise InvalidTrigger(
            f"{trigger!r} names a day of the month and a day of the week, which programs read "
            "differently. Make two schedules of it."
        )
    fields[4] = ",".join(_days(part, trigger) for part in fields[4].split(","))
    try:
        return CronTrigger.from_crontab(" ".join(fields), timezone=zone)
    except ValueError as error:
        raise InvalidTrigger(f"{trigger!r} is no crontab line: {error}") from error


def _days(part: str, trigger: str) -> str:
    """Weekdays by name: APScheduler 3 counts numbers from Monday, crontab from Sunday."""
    match = _DAYS.fullmatch(part)
    if match is None or part == "*":
        return part
    everyday = match["first"] == "*"
    first = 0 if everyday else int(match["first"])
    last = 6 if everyday else int(match["last"] or (6 if match["step"] else first))
    step = int(match["step"] or 1)
    if last > 7 or first > last or not step:  # 7 is Sunday too
        raise InvalidTrigger(f"{trigger!r} has no such days of the week: {part}.")
    return ",".join(DAYS[day % 7] for day in range(first, last + 1, step))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidTrigger(
            f"{name!r} is no time zone. Write a name such as UTC or Europe/Berlin."
        ) from error
