"""When schedules fire."""

from datetime import UTC, datetime

import pytest

from operations.triggers import InvalidTrigger, next_after


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


TUESDAY_NOON = at("2026-11-24T12:00")


def after(trigger, now=TUESDAY_NOON, *, timezone="UTC", anchor=None):
    return next_after(trigger, timezone=timezone, now=now, anchor=anchor or now)


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ("every 30s", "2026-11-24T12:00:30"),
        ("every 15m", "2026-11-24T12:15"),
        ("every 2h", "2026-11-24T14:00"),
        ("every 1 d", "2026-11-25T12:00"),
    ],
)
def test_an_interval_counts_from_its_anchor(trigger, expected):
    assert after(trigger) == at(expected)


def test_an_interval_keeps_its_rhythm_and_skips_what_it_missed():
    late = at("2026-11-24T13:07:31")
    assert after("every 15m", late, anchor=at("2026-11-24T12:00:10")) == at("2026-11-24T13:15:10")


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ("0 12 * * *", "2026-11-25T12:00"),
        ("*/10 * * * *", "2026-11-24T12:10"),
        ("30 2 1 * *", "2026-12-01T02:30"),
        ("0 0 * jan *", "2027-01-01T00:00"),
    ],
)
def test_a_crontab_line_fires_strictly_after_now(trigger, expected):
    assert after(trigger) == at(expected)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("0", "2026-11-29T06:00"),  # Sunday, as crontab counts
        ("7", "2026-11-29T06:00"),
        ("1", "2026-11-30T06:00"),
        ("6", "2026-11-28T06:00"),
        ("sun", "2026-11-29T06:00"),
        ("1-5", "2026-11-25T06:00"),
        ("6,0", "2026-11-28T06:00"),
        ("5-7", "2026-11-27T06:00"),
        ("*/3", "2026-11-25T06:00"),  # Sunday, Wednesday, Saturday
        ("4/2", "2026-11-26T06:00"),
    ],
)
def test_weekdays_count_from_sunday(days, expected):
    assert after(f"0 6 * * {days}") == at(expected)


def test_a_crontab_line_means_local_time():
    assert after("0 6 * * *", timezone="Europe/Berlin") == at("2026-11-25T05:00")
    summer = at("2026-07-01T12:00")
    assert after("0 6 * * *", summer, timezone="Europe/Berlin") == at("2026-07-02T04:00")


def test_an_hour_that_summer_time_repeats_fires_a_daily_line_once():
    first = after("30 2 * * *", at("2026-10-24T12:00"), timezone="Europe/Berlin")
    second = after("30 2 * * *", first, timezone="Europe/Berlin")
    assert (first, second) == (at("2026-10-25T00:30"), at("2026-10-26T01:30"))


def test_an_hour_that_summer_time_repeats_fires_an_hourly_line_twice():
    first = after("30 * * * *", at("2026-10-25T00:00"), timezone="Europe/Berlin")
    second = after("30 * * * *", first, timezone="Europe/Berlin")
    assert (first, second) == (at("2026-10-25T00:30"), at("2026-10-25T01:30"))


def test_an_hour_that_summer_time_skips_still_fires_that_day():
    assert after("30 2 * * *", at("2026-03-28T12:00"), timezone="Europe/Berlin") == (
        at("2026-03-29T01:30")
    )


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        ("every fortnight", "no interval"),
        ("every 5s", "too often"),
        ("every 0m", "too often"),
        ("daily", "neither an interval"),
        ("61 * * * *", "no crontab line"),
        ("0 0 30 2 *", "never fires"),
        ("0 0 1 * 1", "two schedules"),
        ("0 0 * * 8", "no such days"),
        ("0 0 * * 5-2", "no such days"),
        ("0 0 * * 1-5/0", "no such days"),
        ("0 0 * * someday", "no crontab line"),
    ],
)
def test_what_cannot_be_a_trigger_is_refused_with_a_reason(trigger, reason):
    with pytest.raises(InvalidTrigger, match=reason):
        after(trigger)


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused(timezone):
    with pytest.raises(InvalidTrigger, match="no time zone"):
        after("every 15m", timezone=timezone)
