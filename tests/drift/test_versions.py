"""Versions of baselines: found by number, told by how they stand and who approved them."""

from datetime import timedelta

import pytest

from core.errors import NotFound
from drift import baselines, versions
from drift.baselines import Terms
from tests.drift.rows import BASE, OTHER
from tests.factories import make_device

DAY = timedelta(days=1)


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1")


def intend(ctx, device, text, *, after=0):
    terms = Terms(valid_from=ctx.now() + after * DAY)
    return baselines.set_intended(ctx, device.id, text, reason="planned", terms=terms)


def test_a_version_is_found_by_its_number(ctx, device):
    intend(ctx, device, BASE)
    second = intend(ctx, device, OTHER)
    assert versions.numbered(ctx, device.id, 2) == second


def test_a_version_that_does_not_exist_is_not_found(ctx, device):
    with pytest.raises(NotFound, match="r1 has no baseline 3"):
        versions.numbered(ctx, device.id, 3)


def test_a_version_is_upcoming_valid_ended_or_withdrawn(ctx, clock, device):
    first, second = intend(ctx, device, BASE), intend(ctx, device, OTHER, after=2)
    assert [versions.standing_at(one, clock()) for one in (first, second)] == ["valid", "upcoming"]
    clock.forward(days=2)
    assert [versions.standing_at(one, clock()) for one in (first, second)] == ["ended", "valid"]
    third = intend(ctx, device, BASE, after=1)
    baselines.withdraw(ctx, third.id, reason="not yet")
    assert versions.standing_at(third, clock() + 9 * DAY) == "withdrawn"


def test_approvers_are_told_by_their_usernames(ctx, device):
    row = intend(ctx, device, BASE)
    assert versions.approvers(ctx, [row]) == {ctx.person.person_id: "tester"}
    assert versions.approvers(ctx, []) == {}
