"""Which devices get a new baseline when."""

from datetime import UTC, datetime

import pytest

from drift.intent.cohorts import Cohort, CohortsWrong, Turn, turns

FIRST = datetime(2026, 12, 1, 6, tzinfo=UTC)
SECOND = datetime(2026, 12, 8, 6, tzinfo=UTC)


def test_cohorts_are_filled_in_the_order_of_the_devices():
    found = turns(
        [7, 5, 3, 1],
        [Cohort(size="1"), Cohort(size="50%", valid_from=FIRST),
         Cohort(size="rest", valid_from=SECOND)],
    )  # fmt: skip
    assert found == {
        7: Turn(cohort=1, valid_from=None), 5: Turn(cohort=2, valid_from=FIRST),
        3: Turn(cohort=2, valid_from=FIRST), 1: Turn(cohort=3, valid_from=SECOND),
    }  # fmt: skip


def test_a_share_of_few_devices_is_one():
    assert turns([1, 2], [Cohort(size="1%"), Cohort(size="rest")])[1].cohort == 1


def test_a_device_that_is_named_twice_has_one_turn():
    assert list(turns([1, 1], [Cohort(size="1")])) == [1]


@pytest.mark.parametrize(
    ("cohorts", "why"),
    [
        ([Cohort(size="1")], "1 of 2 devices are in no cohort"),
        ([Cohort(size="half")], "'half' is no size"),
        ([Cohort(size="0%"), Cohort(size="rest")], "'0%' is no size"),
        ([Cohort(size="1", valid_from=SECOND), Cohort(size="rest", valid_from=FIRST)], "before"),
        ([Cohort(size="1", valid_from=FIRST), Cohort(size="rest")], "before"),
    ],
)
def test_cohorts_that_leave_something_open_are_refused(cohorts, why):
    with pytest.raises(CohortsWrong, match=why):
        turns([1, 2], cohorts)
