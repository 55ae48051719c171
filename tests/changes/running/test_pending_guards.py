"""A device whose guard is armed may still go back by itself: what is told of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from changes.plans import Guard
from changes.requests import plan_of
from changes.running.observing import pending

GUARD = Guard(kind="revert_timer", minutes=10)


@pytest.mark.parametrize(("guard", "touched", "minutes", "told"), [
    (GUARD, True, 9, True), (GUARD, True, 10, False), (GUARD, False, 0, False),
    (None, True, 0, False),
])  # fmt: skip
def test_a_guard_is_told_until_its_time_is_over(office, guard, touched, minutes, told):
    target = replace(plan_of(office.requested("r1")).targets[0], guard=guard)
    at = office.clock.at
    words = pending(target, at if touched else None, now=at + timedelta(minutes=minutes))
    assert ("may still take it back" in words) == told
    assert (words == "") == (not told)
