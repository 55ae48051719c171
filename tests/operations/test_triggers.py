"""When schedules fire."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.triggers import (
    InvalidJitter,
    InvalidTrigger,
    next_after,
    next_fire,
    seconds_of,
    splay,
)


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
        ("every 367d", "too rare"),
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


TICK = timedelta(microseconds=1)
RHYTHMS = (
    "every 30s", "every 15m", "every 1d", "30 2 * * *", "*/10 * * * *", "0 * * * 1-5",
    "30 2 * * 0", "0 3 1 * *",
)  # fmt: skip
TIMES = st.timedeltas(timedelta(), timedelta(days=730)).map(lambda span: TUESDAY_NOON + span)
LATE = st.timedeltas(timedelta(), timedelta(minutes=40))


@given(
    trigger=st.sampled_from(RHYTHMS), zone=st.sampled_from(["UTC", "Europe/Berlin"]), begun=TIMES,
    name=st.text(max_size=20), jitter=st.integers(0, 86400), late=st.lists(LATE, max_size=6),
)  # fmt: skip
def test_a_schedule_fires_at_its_triggers_times_moved_by_one_share_of_its_jitter(
    trigger, zone, begun, name, jitter, late
):
    offset = splay(name, jitter)
    assert timedelta() <= offset <= timedelta(seconds=jitter)
    now, due = begun, None
    for lateness in late:
        fires = next_fire(trigger, timezone=zone, now=now, due=due, offset=offset)
        assert fires > (due or now)
        before = fires - offset - TICK
        assert next_after(trigger, timezone=zone, now=before, anchor=begun) == fires - offset
        now, due = fires + lateness, fires


def test_a_jitter_leaves_out_none_of_a_triggers_times():
    offset, due, moved = timedelta(minutes=25), None, []
    for _ in range(4):
        now = due or TUESDAY_NOON
        due = next_fire("*/10 * * * *", timezone="UTC", now=now, due=due, offset=offset)
        moved.append(due - offset)
    assert moved == [at(f"2026-11-24T12:{minute}") for minute in (10, 20, 30, 40)]


def test_many_schedules_of_one_trigger_spread_over_their_jitter():
    offsets = sorted(splay(f"site {number}", 600) for number in range(1000))
    assert max(later - one for one, later in pairwise(offsets)) < timedelta(seconds=10)
    assert (offsets[0].seconds < 10, offsets[-1].seconds) == (True, 599)


def test_a_share_of_a_jitter_is_the_same_on_every_machine():
    assert splay("nightly", 600) == timedelta(milliseconds=472924)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), (" 2 h ", 7200), ("1d", 86400), ("0s", 0)]
)
def test_a_jitter_is_written_as_an_interval_is(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "ten", "10", "-5m", "1.5h", "5w"])
def test_what_is_no_span_of_time_is_no_jitter(text):
    with pytest.raises(InvalidJitter, match="no span"):
        seconds_of(text)
