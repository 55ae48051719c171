"""Alike changes: grouped, told apart, decided at once and each by its own digest."""

import pytest

from changes.approving import batches
from changes.approving.groups import groups
from changes.requests import plan_of
from core.errors import InvalidInput, NotPermitted

OTHER = ("interface Loopback0", " description another")


def approved(office, *pairs, by="approver"):
    with office.acting(by) as ctx:
        return batches.approve_all(ctx, pairs, note="the same everywhere")


def test_changes_that_do_the_same_are_found_and_others_are_not(office):
    first, second = office.requested("r1"), office.requested("r2")
    office.requested("r3", lines=OTHER)
    with office.acting("approver") as ctx:
        assert [one.id for one in batches.alike(ctx, first.id)] == [first.id, second.id]


def test_a_batch_is_approved_each_by_its_own_digest(office):
    first, second = office.requested("r1"), office.requested("r2")
    assert first.digest != second.digest
    decided = approved(office, (first.id, first.digest), (second.id, second.digest))
    assert [(one.change_id, one.state, one.problem) for one in decided] == [
        (first.id, "approved", ""), (second.id, "approved", ""),
    ]  # fmt: skip
    assert sorted(office.queued()) == [first.id, second.id]


def test_one_that_cannot_be_approved_stops_none_and_says_why(office):
    first, second = office.requested("r1"), office.requested("r2")
    decided = approved(office, (first.id, second.digest), (second.id, second.digest))
    assert [(one.state, one.code) for one in decided] == [
        ("proposed", "stale_digest"), ("approved", ""),
    ]  # fmt: skip
    assert office.votes(first) == []


def test_changes_that_do_not_do_the_same_are_no_batch(office):
    first, second = office.requested("r1"), office.requested("r2", lines=OTHER)
    with pytest.raises(InvalidInput, match="do not do the same"):
        approved(office, (first.id, first.digest), (second.id, second.digest))
    assert office.state(first) == "proposed"


def test_an_empty_batch_and_a_change_named_twice_are_refused(office):
    change = office.requested("r1")
    for pairs in ((), ((change.id, change.digest), (change.id, change.digest))):
        with pytest.raises(InvalidInput, match="each once"):
            approved(office, *pairs)


def test_where_none_can_be_approved_the_first_ones_error_is_raised(office):
    first, second = office.requested("r1"), office.requested("r2")
    with pytest.raises(NotPermitted):
        approved(office, (first.id, first.digest), (second.id, second.digest), by="engineer")


def test_devices_of_a_plan_are_grouped_by_what_happens_to_them(office):
    office.shows("r3", description="something else")
    plan = plan_of(office.requested("r1", "r2", "r3"))
    assert [[one.device_id for one in group.targets] for group in groups(plan)] == [
        [office.ids["r1"], office.ids["r2"]], [office.ids["r3"]],
    ]  # fmt: skip
