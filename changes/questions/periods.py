"""Times in words, as a question takes them: `last month` is worked out when it is asked. Pure.

Days begin at midnight UTC, weeks on Monday (ISO 8601), quarters in January, April, July, October.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from core.errors import InvalidInput

Bound = Literal["begin", "end", "moment"]
"""Which time of a period is meant: its first, the first after it, or its last that is over."""

Begin = Callable[[datetime], datetime]


def _day(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)


def _week(at: datetime) -> datetime:
    return _day(at) - timedelta(days=at.astimezone(UTC).weekday())


def _month(at: datetime) -> datetime:
    return _day(at).replace(day=1)


def _quarter(at: datetime) -> datetime:
    begin = _month(at)
    return begin.replace(month=begin.month - (begin.month - 1) % 3)


_DAY, _SHORT = timedelta(days=1), timedelta(microseconds=1)
_LENGTHS: Mapping[str, tuple[Begin, timedelta]] = {
    "day": (_day, _DAY), "week": (_week, 7 * _DAY), "month": (_month, 31 * _DAY),
    "quarter": (_quarter, 92 * _DAY),
}  # fmt: skip
"""By name how it begins, and a span that leads from its beginning into the next one."""

PERIODS: Mapping[str, tuple[str, int]] = {
    "today": ("day", 0), "yesterday": ("day", -1),
    "this week": ("week", 0), "last week": ("week", -1),
    "this month": ("month", 0), "last month": ("month", -1),
    "this quarter": ("quarter", 0), "last quarter": ("quarter", -1),
}  # fmt: skip
"""The words, each with its length and how far it lies from the present one."""


def in_words(text: str) -> str | None:
    """The words that the text means, whatever its case and hyphens; None where it means none."""
    plain = " ".join(text.lower().replace("-", " ").replace("_", " ").split())
    return plain if plain in PERIODS else None


def resolved(words: str, bound: Bound, *, now: datetime) -> datetime:
    """The time that one of `PERIODS` means now; a moment is never later than now."""
    length, away = PERIODS[words]
    begin_of, span = _LENGTHS[length]
    begin = begin_of(now)
    if away:
        begin = begin_of(begin - _SHORT)
    end = begin_of(begin + span)
    match bound:
        case "begin":
            return begin
        case "end":
            return end
        case "moment":
            return min(now.astimezone(UTC), end - _SHORT)


def time_in(text: str, *, field: str) -> datetime:
    """A date, or a time with or without its offset; without one it is UTC.

    Raises InvalidInput, whose fact `field` names where it was given.
    """
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{text[:40]!r} is no time: write it as 2026-11-24, as 2026-11-24T22:00+01:00, or in "
            f"words: {', '.join(PERIODS)}.",
            field=field,
        ) from error


def time_of(text: str, bound: Bound, *, now: datetime, field: str) -> datetime:
    """The same, or what words mean now."""
    words = in_words(text)
    return time_in(text, field=field) if words is None else resolved(words, bound, now=now)
