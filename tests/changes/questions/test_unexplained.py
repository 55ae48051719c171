"""What changed on devices without a change request."""

import pytest

from changes.attribution import attribute
from core.errors import NotPermitted
from drift import baselines, observation
from inventory.snapshots import latest
from tests.changes.questions.asked import answer, column


def drifted(office, hostname):
    """Somebody described its loopback otherwise, without asking."""
    with office.acting("arranger") as ctx:
        key = office.ids[hostname]
        baselines.approve_snapshot(ctx, latest(ctx, key).id, reason="first")
    office.shows(hostname, description="not asked")
    with office.acting("arranger") as ctx:
        return observation.judge_device(ctx, office.ids[hostname], attribute=attribute).finding_id


def test_drift_that_no_change_explains_is_told_with_its_lines(office):
    finding = drifted(office, "r1")
    told = answer(office, "unexplained")
    assert [one.id for one in column(told, "finding")] == [str(finding)]
    [difference] = column(told, "difference")
    assert difference.split("; ") == [
        "+ interface Loopback0 > description not asked",
        "- interface Loopback0 > description router id",
    ]
    assert set(column(told, "verdict")) <= {"unauthorised", "unexplained"}


def test_it_is_narrowed_to_a_device_and_a_span(office):
    drifted(office, "r1")
    finding = drifted(office, "r2")
    [one] = column(answer(office, "unexplained", device=office.name("r2")), "finding")
    assert one.id == str(finding)
    assert answer(office, "unexplained", until=office.clock.at.date()).rows == ()


def test_a_device_that_one_does_not_audit_is_refused(office):
    with pytest.raises(NotPermitted):
        answer(office, "unexplained", by="engineer", device=office.name("r1"))
