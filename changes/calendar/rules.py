"""Recurrence rules as RFC 5545 (3.3.10) writes them: taken apart and checked. Pure; expands none.

Only by the year, month, week and day: maintenance by the hour is DAILY with BYHOUR.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from changes.calendar.errors import InvalidRecurrence

LONGEST = 500  # characters
MOST = 12_000  # openings in a series: three a day for ten years
NUMBERS: Mapping[str, tuple[int, int]] = {
    "INTERVAL": (1, 1000), "COUNT": (1, MOST), "BYMONTH": (1, 12), "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366), "BYWEEKNO": (-53, 53), "BYSETPOS": (-366, 366), "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59), "BYSECOND": (0, 59),
}  # fmt: skip
"""The parts that hold numbers, and from where to where; zero is none where negative ones are."""
NOT_WITH: Mapping[str, frozenset[str]] = {
    "YEARLY": frozenset(),
    "MONTHLY": frozenset({"BYWEEKNO", "BYYEARDAY"}),
    "WEEKLY": frozenset({"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"}),
    "DAILY": frozenset({"BYWEEKNO", "BYYEARDAY"}),
}
"""By frequency, the parts that the RFC forbids with it."""
_DAY = re.compile(r"([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`text` is the whole in capitals, `endless` the same without its end.

    `until` is aware where the rule named it in UTC, else a local time; it is the last opening.
    """

    text: str
    endless: str
    until: datetime | None


def read_rule(text: str) -> Rule:
    """The rule, or InvalidRecurrence with the part at fault."""
    told = text.strip().upper().removeprefix("RRULE:")
    if len(told) > LONGEST:
        raise InvalidRecurrence(f"A rule has at most {LONGEST} characters.", field="rule")
    parts = _parts(told)
    frequency = parts.get("FREQ", "")
    if frequency not in NOT_WITH:
        _refuse(f"FREQ is one of {', '.join(NOT_WITH)}; for times of a day add BYHOUR", told)
    if "COUNT" in parts and "UNTIL" in parts:
        _refuse("COUNT and UNTIL exclude each other", told)
    for name, value in parts.items():
        _check(name, value, frequency, told)
    endless = ";".join(f"{name}={value}" for name, value in parts.items() if name != "UNTIL")
    until = _until(parts["UNTIL"], told) if "UNTIL" in parts else None
    return Rule(text=told, endless=endless, until=until)


def _parts(told: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in told.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in found:
            _refuse(f"{part!r} is no part of its own, such as FREQ=WEEKLY", told)
        found[name] = value
    return found


def _check(name: str, value: str, frequency: str, told: str) -> None:
    if name in NOT_WITH[frequency]:
        _refuse(f"{name} does not go with {frequency}", told)
    if name in NUMBERS:
        low, high = NUMBERS[name]
        for one in value.split(","):
            _check_number(name, one, low, high, told)
    elif name == "BYDAY":
        _check_days(value, frequency, told)
    elif name not in {"FREQ", "UNTIL"} and not (name == "WKST" and _DAY.fullmatch(value)):
        _refuse(f"{name}={value} is unknown", told)


def _check_number(name: str, value: str, low: int, high: int, told: str) -> None:
    number = int(value) if re.fullmatch(r"[+-]?\d{1,5}", value) else None
    if number is None or not low <= number <= high or (number == 0 and low < 0):
        _refuse(f"{name} takes numbers from {low} to {high}, not {value!r}", told)


def _check_days(value: str, frequency: str, told: str) -> None:
    for one in value.split(","):
        match = _DAY.fullmatch(one)
        if match is None:
            _refuse(f"BYDAY takes days such as MO or -1SU, not {one!r}", told)
        if match[1] and frequency not in {"MONTHLY", "YEARLY"}:
            _refuse(f"BYDAY={one} counts days of a month or year; {frequency} has none", told)


def _until(value: str, told: str) -> datetime:
    match = _UNTIL.fullmatch(value)
    try:
        day, clock, utc = match.groups() if match is not None else ("", None, None)
        at = datetime.strptime(day + (clock or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - local
    except ValueError:
        _refuse(f"UNTIL is a time such as 20271231T220000Z, not {value!r}", told)
    return at.replace(tzinfo=UTC if utc else None)


def _refuse(why: str, told: str) -> NoReturn:
    raise InvalidRecurrence(f"The rule {told!r} is wrong: {why}.", field="rule")
