"""How long an approval counts."""

from datetime import timedelta

import pytest

from changes import approvals
from changes.errors import NotApproved
from changes.models import ChangeRequest
from changes.playbooks import FOLDER
from changes.readiness import still_allowed
from core.errors import InvalidInput


def approve(office, change, **asked):
    with office.acting("approver") as ctx:
        approvals.approve(ctx, change.id, digest=change.digest, note="", **asked)


def test_an_approval_without_a_window_counts_for_the_days_of_the_setting(office):
    change = office.requested("r1")
    approve(office, change)
    [vote] = office.votes(change)
    days = office.runtime.settings.approval_days
    assert vote.valid_until == office.clock.at + timedelta(days=days)


def test_an_approval_ahead_of_a_window_counts_until_the_window_ends(office):
    start = office.clock.at + timedelta(days=60)
    change = office.requested("r1", window=(start, start + timedelta(hours=2)))
    approve(office, change)
    assert office.votes(change)[0].valid_until == change.window_end
    office.clock.at = start
    with office.acting("arranger") as ctx:
        assert approvals.is_complete(ctx, ctx.get(ChangeRequest, change.id))


def test_an_expired_approval_counts_no_more_and_nothing_runs_on_it(office):
    change = office.requested("r1")
    approve(office, change, valid_until=office.clock.at + timedelta(hours=1))
    office.clock.at += timedelta(hours=1)
    with office.acting() as ctx, pytest.raises(NotApproved):
        still_allowed(ctx, change.id, shelf=FOLDER)


def test_a_change_whose_approval_expired_is_open_again_with_the_reason(office):
    change = office.requested("r1")
    approve(office, change, valid_until=office.clock.at + timedelta(hours=1))
    office.clock.at += timedelta(hours=1)
    with office.acting("arranger") as ctx:
        approvals.settle(ctx, ctx.get_locked(ChangeRequest, change.id))
    assert (office.state(change), office.votes(change)[0].void_reason) == ("proposed", "expired")


def test_nobody_approves_until_a_time_that_is_over(office):
    change = office.requested("r1")
    with pytest.raises(InvalidInput, match="a time to come"):
        approve(office, change, valid_until=office.clock.at)
    assert office.votes(change) == []
