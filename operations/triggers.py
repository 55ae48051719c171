"""When a schedule fires next: intervals ("every 15m") and crontab lines. Pure; keeps no clock."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from core.errors import InvalidInput

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SHORTEST = timedelta(seconds=10)
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
TICK = timedelta(microseconds=1)

_INTERVAL = re.compile(r"every (\d+) ?([smhd])")
_DAYS = re.compile(r"(?P<first>\d|\*)(-(?P<last>\d))?(/(?P<step>\d+))?")


class InvalidTrigger(InvalidInput):
    code = "invalid_trigger"


def next_after(trigger: str, *, timezone: str, now: datetime, anchor: datetime) -> datetime:
    """The first time after `now`, in UTC; intervals count from `anchor`, skipping what was missed.

    A crontab line means local time in `timezone`. Raises InvalidTrigger.
    """
    zone = _zone(timezone)
    interval = _interval(trigger)
    rule = (
        IntervalTrigger(seconds=interval.total_seconds(), start_date=anchor, timezone=zone)
        if interval
        else _cron(trigger, zone)
    )
    found = _first(rule, now, zone=zone, trigger=trigger)
    if found.fold and not interval and "*" not in trigger.split()[1]:
        # The hour that the end of summer time repeats: a line for that hour has fired already.
        found = _first(rule, found, zone=zone, trigger=trigger)
    return found.astimezone(UTC)


def _first(
    rule: IntervalTrigger | CronTrigger, now: datetime, *, zone: ZoneInfo, trigger: str
) -> datetime:
    """The rule's first time strictly after `now`, local, with its fold."""
    then = (now.astimezone(UTC) + TICK).astimezone(zone)
    found: datetime | None = rule.get_next_fire_time(None, then)
    if found is None:
        raise InvalidTrigger(f"{trigger!r} never fires. Give a day that its months have.")
    return found.astimezone(UTC).astimezone(zone)


def _interval(trigger: str) -> timedelta | None:
    if not trigger.startswith("every "):
        return None
    match = _INTERVAL.fullmatch(trigger.strip())
    if match is None:
        raise InvalidTrigger(f"{trigger!r} is no interval. Write `every 15m`, `every 2h`, ...")
    span = timedelta(**{UNITS[match[2]]: int(match[1])})
    if span < SHORTEST:
        raise InvalidTrigger(f"{trigger!r} is too often; {SHORTEST.seconds} seconds is the least.")
    return span


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
