"""Which findings an approved change is about."""

import pytest

from changes import approvals, requests
from changes.acted import corrected
from changes.attribution import attribute
from changes.requests import Wanted
from drift import baselines, observation
from inventory import snapshots


@pytest.fixture
def change(office):
    """A change that corrects what somebody did to r1."""
    device_id = office.ids["r1"]
    with office.acting("arranger") as ctx:
        baselines.approve_snapshot(ctx, snapshots.latest(ctx, device_id).id, reason="first")
    office.shows("r1", description="changed")
    with office.acting("arranger") as ctx:
        seen = observation.judge_device(ctx, device_id, attribute=attribute)
    with office.acting("engineer") as ctx:
        wanted = Wanted(title="Correct", reason="drift")
        return requests.request_correction(ctx, [seen.finding_id], wanted)


def told(office, change):
    """The change's findings, and those of them that count."""
    with office.acting("arranger") as ctx:
        row = requests.get_change(ctx, change.id)
        ids = {target.finding_id for target in row.targets}
        return ids, corrected(ctx, ids)


def test_a_request_alone_counts_for_nothing(office, change):
    ids, found = told(office, change)
    assert (len(ids), found) == (1, frozenset())


def test_what_was_approved_counts(office, change):
    office.approve(change)
    ids, found = told(office, change)
    assert found == ids


def test_what_was_rejected_counts_for_nothing(office, change):
    with office.acting("approver") as ctx:
        approvals.reject(ctx, change.id, digest=change.digest, note="no")
    assert told(office, change)[1] == frozenset()
