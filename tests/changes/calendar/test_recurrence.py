"""Recurrences in local time: right across every shift of the clocks, bounded, or refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.calendar.errors import InvalidRecurrence
from changes.calendar.recurrence import Recurrence, between, checked, openings
from changes.calendar.spans import Span

WEEK = timedelta(days=7)
ZONES = (
    "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
    "Africa/Casablanca", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns",
    "Europe/Dublin", "Asia/Tehran", "UTC", "Etc/GMT+11", "Antarctica/Troll",
)  # fmt: skip


def local(text):
    return datetime.fromisoformat(text)


def recurring(starts, zone="Europe/Berlin", *, hours=4, longest=WEEK, **values):
    told = Recurrence(
        starts=local(starts), zone=zone, lasting=timedelta(hours=hours),
        **{name: tuple(map(local, one)) if name != "rule" else one for name, one in values.items()},
    )  # fmt: skip
    return checked(told, longest=longest)


def utc(*texts):
    return [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in texts]


def starts(of):
    return [one.start for one in openings(of)]


def test_a_weekly_window_stays_at_its_local_time_across_both_shifts():
    autumn = recurring("2026-10-20T22:00", rule="FREQ=WEEKLY;COUNT=2")
    spring = recurring("2027-03-23T22:00", rule="FREQ=WEEKLY;COUNT=2")
    assert starts(autumn) == utc("2026-10-20T20:00", "2026-10-27T21:00")
    assert starts(spring) == utc("2027-03-23T21:00", "2027-03-30T20:00")


def test_a_local_time_that_the_clock_skips_counts_with_the_offset_before():
    nights = recurring("2027-03-27T02:30", rule="FREQ=DAILY;COUNT=3")
    assert starts(nights) == utc("2027-03-27T01:30", "2027-03-28T01:30", "2027-03-29T00:30")


def test_a_local_time_that_the_clock_repeats_means_the_first():
    nights = recurring("2026-10-25T02:30")
    assert starts(nights) == utc("2026-10-25T00:30")


@pytest.mark.parametrize(
    ("night", "ends"),
    [("2026-10-25T00:00", "2026-10-25T02:00"), ("2027-03-28T00:00", "2027-03-28T03:00")],
)
def test_four_hours_last_four_hours_across_a_shift(night, ends):
    [one] = openings(recurring(night))
    assert (one.end - one.start, [one.end]) == (timedelta(hours=4), utc(ends))


def test_lord_howe_shifts_by_half_an_hour():
    nights = recurring("2027-04-03T22:00", "Australia/Lord_Howe", rule="FREQ=DAILY;COUNT=2")
    assert starts(nights) == utc("2027-04-03T11:00", "2027-04-04T11:30")


def test_a_zone_that_skipped_a_whole_day_skips_no_opening():
    nights = recurring("2011-12-29T22:00", "Pacific/Apia", rule="FREQ=DAILY;COUNT=3")
    assert starts(nights) == utc("2011-12-30T08:00", "2011-12-31T08:00")  # the 30th was not there


@given(
    st.sampled_from(ZONES), st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    st.integers(1, 24 * 7),
)  # fmt: skip
def test_every_opening_is_at_its_local_time_where_there_is_one(zone, begins, hours):
    begins = begins.replace(second=0, microsecond=0, fold=0)
    of = recurring(begins.isoformat(), zone, hours=hours, rule="FREQ=DAILY;COUNT=400")
    known = ZoneInfo(zone)
    for one in openings(of):
        shown = one.start.astimezone(known)
        asked = shown.replace(hour=begins.hour, minute=begins.minute, fold=0)
        there = asked.astimezone(UTC).astimezone(known).replace(tzinfo=None)
        skipped = there != asked.replace(tzinfo=None)
        assert skipped or shown.replace(tzinfo=None) == asked.replace(tzinfo=None)
        assert shown.fold == 0
        assert one.end - one.start == timedelta(hours=hours)


@given(
    st.sampled_from(ZONES), st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    st.integers(0, 3000), st.integers(1, 3000),
)  # fmt: skip
def test_what_meets_a_time_is_found_and_nothing_else(zone, begins, after, length):
    of = recurring(begins.replace(second=0, microsecond=0).isoformat(), zone, hours=30,
                   rule="FREQ=DAILY;INTERVAL=2;COUNT=90")  # fmt: skip
    first = begins.replace(tzinfo=UTC) + timedelta(hours=after)
    frame = Span(first, first + timedelta(hours=length))
    assert between(of, frame) == tuple(one for one in openings(of) if one.meets(frame))


def test_other_times_are_added_and_exceptions_left_out():
    of = recurring(
        "2026-12-01T22:00", rule="FREQ=WEEKLY;COUNT=3", also=["2026-12-03T20:00"],
        but=["2026-12-08T22:00"],
    )  # fmt: skip
    assert starts(of) == utc("2026-12-01T21:00", "2026-12-03T19:00", "2026-12-15T21:00")


def test_an_end_in_utc_is_meant_to_the_second():
    ends = recurring("2026-12-01T22:00", rule="FREQ=WEEKLY;UNTIL=20261208T210000Z")
    short = recurring("2026-12-01T22:00", rule="FREQ=WEEKLY;UNTIL=20261208T205959Z")
    assert (len(openings(ends)), len(openings(short))) == (2, 1)


def test_an_end_in_the_repeated_hour_is_meant_in_utc():
    of = recurring("2026-10-24T02:45", rule="FREQ=DAILY;UNTIL=20261025T011500Z")
    assert starts(of)[-1:] == utc("2026-10-25T00:45")


def test_a_series_runs_ten_years_and_no_longer():
    found = openings(recurring("2026-12-01T22:00", rule="FREQ=WEEKLY"))
    assert (len(found), [found[-1].start]) == (522, utc("2036-11-25T21:00"))


def test_two_rules_of_the_same_instant_open_once():
    of = recurring("2027-03-28T02:30", also=["2027-03-28T03:30"])
    assert starts(of) == utc("2027-03-28T01:30")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"zone": "Europe/Atlantis"}, "no time zone 'Europe/Atlantis'"),
        ({"zone": ""}, "no time zone ''"),
        ({"zone": "../../etc/passwd"}, "no time zone"),
        ({"hours": 0}, "cannot last 0:00:00"),
        ({"hours": -1}, "cannot last"),
        ({"hours": 200}, "at most 7 days"),
        ({"starts": "2026-12-01T22:00+01:00"}, "names an offset"),
        ({"starts": "9999-12-01T22:00"}, "The year 9999 lies outside"),
        ({"rule": "FREQ=WEEKLY;BYDAY=WE"}, "opens first on Wednesday, 2026-12-02 22:00"),
        ({"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, "never opens within ten years"),
        ({"rule": "FREQ=WEEKLY;BYSETPOS=300"}, "never opens"),
        ({"rule": "FREQ=DAILY;BYHOUR=1,2,3,4,22"}, "more than 12000 times in ten years"),
        ({"rule": "FREQ=WEEKLY;UNTIL=20200101"}, "never opens"),
        ({"but": ["2026-12-02T22:00"]}, "does not open on Wednesday"),
        ({"but": ["2026-12-01T22:00"]}, "leave no opening"),
    ],
)
def test_what_makes_no_sense_is_refused(values, said):
    with pytest.raises(InvalidRecurrence, match=said):
        recurring(values.pop("starts", "2026-12-01T22:00"), **values)


def test_the_densest_rule_is_refused_without_being_written_out():
    every = ",".join(map(str, range(60)))
    with pytest.raises(InvalidRecurrence, match="more than 12000"):
        recurring("2026-12-01T00:00", rule=f"FREQ=DAILY;BYMINUTE={every};BYSECOND={every}")
