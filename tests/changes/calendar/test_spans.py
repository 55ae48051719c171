"""Spans of time: their arithmetic against sets of minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from changes.calendar.spans import Span, common, covered, merged, within, without

ZERO = datetime(2026, 11, 25, tzinfo=UTC)


def span(first, last):
    return Span(ZERO + timedelta(minutes=first), ZERO + timedelta(minutes=last))


def minutes(spans):
    return {at for one in spans for at in range(_minute(one.start), _minute(one.end))}


def _minute(at):
    return int((at - ZERO).total_seconds() // 60)


drawn = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda two: span(two[0], sum(two))),
    max_size=8,
)


@given(drawn, drawn)
def test_what_is_common_are_the_minutes_of_both(left, right):
    assert minutes(common(left, right)) == minutes(left) & minutes(right)


@given(drawn, drawn)
def test_what_is_left_are_the_minutes_that_are_not_taken(left, right):
    assert minutes(without(left, right)) == minutes(left) - minutes(right)


@given(drawn)
def test_merged_spans_hold_the_same_minutes_and_never_touch(spans):
    found = merged(spans)
    assert minutes(found) == minutes(spans)
    assert all(one.end < other.start for one, other in pairwise(found))


@given(drawn, st.integers(0, 60), st.integers(1, 20))
def test_a_span_is_covered_when_each_of_its_minutes_is(spans, first, length):
    one = span(first, first + length)
    assert covered(one, spans) is (minutes([one]) <= minutes(spans))


def test_within_a_frame_spans_that_meet_stay_apart():
    assert within([span(0, 10), span(5, 20), span(30, 40)], span(3, 15)) == (
        span(3, 10), span(5, 15),
    )  # fmt: skip


def test_spans_that_only_touch_do_not_meet():
    assert not span(0, 10).meets(span(10, 20))
