"""Times in words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.questions.periods import PERIODS, in_words, resolved

TUESDAY = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "begin", "end"),
    [
        ("today", "2026-11-24", "2026-11-25"),
        ("yesterday", "2026-11-23", "2026-11-24"),
        ("this week", "2026-11-23", "2026-11-30"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("this month", "2026-11-01", "2026-12-01"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("this quarter", "2026-10-01", "2027-01-01"),
        ("last quarter", "2026-07-01", "2026-10-01"),
    ],
)
def test_a_period_begins_and_ends_where_the_calendar_says(words, begin, end):
    assert resolved(words, "begin", now=TUESDAY) == day(begin)
    assert resolved(words, "end", now=TUESDAY) == day(end)


def test_a_moment_is_the_last_of_a_period_that_is_over_and_now_in_one_that_is_not():
    assert resolved("this month", "moment", now=TUESDAY) == TUESDAY
    assert resolved("last month", "moment", now=TUESDAY) == day("2026-11-01") - timedelta(
        microseconds=1
    )


def test_the_day_is_that_of_utc():
    early = datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert resolved("today", "begin", now=early) == day("2025-12-31")


@pytest.mark.parametrize("text", ["Last-Month", " last  month ", "LAST_MONTH"])
def test_words_are_known_however_they_are_written(text):
    assert in_words(text) == "last month"


@pytest.mark.parametrize("text", ["", "2026-11-24", "next month", "last", "last month x"])
def test_what_is_no_period_is_none(text):
    assert in_words(text) is None


@given(
    st.datetimes(
        min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis takes naive bounds
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.sampled_from(["day", "week", "month", "quarter"]),
)
def test_periods_follow_each_other_without_a_gap_and_hold_now(now, length):
    names = {"day": ("today", "yesterday")}.get(length, (f"this {length}", f"last {length}"))
    this, last = names
    assert {this, last} <= set(PERIODS)
    assert resolved(this, "begin", now=now) <= now < resolved(this, "end", now=now)
    assert resolved(last, "end", now=now) == resolved(this, "begin", now=now)
    assert resolved(last, "begin", now=now) < resolved(last, "end", now=now)
