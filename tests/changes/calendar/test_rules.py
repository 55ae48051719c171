"""Recurrence rules: what RFC 5545 allows is read, everything else is refused with its part."""

from datetime import UTC, datetime

import pytest

from changes.calendar.errors import InvalidRecurrence
from changes.calendar.rules import MOST, read_rule


def test_a_rule_is_read_in_capitals_and_without_its_property_name():
    assert read_rule(" rrule:freq=weekly;byday=mo,-1su ".replace("-1", "")).text == (
        "FREQ=WEEKLY;BYDAY=MO,SU"
    )


def test_an_end_in_utc_is_taken_out_of_the_rule():
    rule = read_rule("FREQ=WEEKLY;UNTIL=20271231T220000Z;BYDAY=MO")
    assert rule.endless == "FREQ=WEEKLY;BYDAY=MO"
    assert rule.until == datetime(2027, 12, 31, 22, tzinfo=UTC)


def test_an_end_by_day_is_the_last_second_of_that_local_day():
    assert read_rule("FREQ=DAILY;UNTIL=20271231").until == datetime(2027, 12, 31, 23, 59, 59)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("weekly", "'WEEKLY' is no part of its own"),
        ("BYDAY=MO", "FREQ is one of YEARLY, MONTHLY, WEEKLY, DAILY"),
        ("FREQ=HOURLY", "for times of a day add BYHOUR"),
        ("FREQ=SECONDLY", "FREQ is one of"),
        ("FREQ=WEEKLY;FREQ=DAILY", "no part of its own"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL takes numbers from 1 to 1000, not '0'"),
        ("FREQ=WEEKLY;INTERVAL=1e3", "INTERVAL takes numbers"),
        (f"FREQ=WEEKLY;COUNT={MOST + 1}", "COUNT takes numbers"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR takes numbers from 0 to 23, not '24'"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY takes numbers from -31 to 31, not '0'"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,,2", "BYMONTHDAY takes numbers"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY takes days such as MO or -1SU, not 'XX'"),
        ("FREQ=WEEKLY;BYDAY=1MO", "WEEKLY has none"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with WEEKLY"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER=1 is unknown"),
        ("FREQ=DAILY;WKST=1", "WKST=1 is unknown"),
        ("FREQ=DAILY;UNTIL=20271331", "UNTIL is a time such as 20271231T220000Z"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL is a time"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20271231", "exclude each other"),
        ("FREQ=DAILY;BYHOUR=" + ",".join(["1"] * 300), "at most 500 characters"),
        ("RDATE:20271231T220000", "no part of its own"),
    ],
)
def test_a_bad_rule_is_refused_with_what_is_wrong(rule, said):
    with pytest.raises(InvalidRecurrence, match=said) as refused:
        read_rule(rule)
    assert refused.value.facts == {"field": "rule"}
