"""Drift explained by changes: whose effect it is, or nobody's."""

from threading import Event

import pytest

from changes import claims
from changes.by_hand import settle
from changes.states import State
from operations.job_kinds import KINDS
from scheduler.maintenance import mend
from scheduler.work import Work
from tests.changes.office import LINES


@pytest.fixture
def approved_state(office):
    office.approve_shown("r1", "r2")
    return office


def settled(office):
    with office.acting("arranger") as ctx:
        return [one.id for one in settle(ctx)]


def test_a_change_that_nobody_asked_for_is_unauthorised(approved_state):
    approved_state.shows("r1", description="by somebody")
    assert approved_state.judged().verdict == "unauthorised"


def test_the_effect_of_an_approved_change_is_authorised(approved_state):
    change = approved_state.approved("r1", method="by_hand")
    approved_state.shows("r1", description="by request")
    seen = approved_state.judged()
    assert seen.verdict == "authorised"
    assert f"C{change.id} (Describe)" in approved_state.reason(seen)


def test_the_effect_of_a_change_that_is_only_proposed_is_unauthorised(approved_state):
    approved_state.requested("r1", method="by_hand")
    approved_state.shows("r1", description="by request")
    assert approved_state.judged().verdict == "unauthorised"


def test_more_than_the_approved_effect_is_unauthorised(approved_state):
    approved_state.approved("r1", lines=["ntp server 10.0.0.8"], method="by_hand")
    approved_state.shows("r1", description="by request")
    assert approved_state.judged().verdict == "unauthorised"


def correction(office):
    """An approved change that takes r1 back to its baseline."""
    office.shows("r1", description="by somebody")
    office.judged()
    return office.approved("r1", lines=["interface Loopback0", " description router id"])


def test_drift_that_an_approved_change_corrects_is_not_applied_yet(approved_state):
    correction(approved_state)
    assert approved_state.judged().verdict == "not_applied"


def test_drift_that_comes_back_after_its_correction_is_reverted(approved_state):
    office = approved_state
    change = correction(office)
    held = office.begun(change)
    with office.acting() as ctx:
        claims.finish(ctx, held, State.SUCCEEDED, outcome="done")
    office.shows("r1")
    assert office.judged().outcome == "in_sync"
    office.shows("r1", description="by somebody")
    assert office.judged().verdict == "reverted"


def test_a_change_by_hand_closes_once_all_its_devices_show_it(approved_state):
    office = approved_state
    change = office.approved("r1", "r2", method="by_hand", lines=LINES)
    office.shows("r1", description="by request")
    office.judged()
    assert (change.id in settled(office), office.state(change)) == (False, "approved")
    office.shows("r2", description="by request")
    office.judged("r2")
    assert change.id in settled(office)
    now = office.now(change)
    assert (now.state, office.targets(change), now.closed_at) == (
        "succeeded", ["done"] * 2, office.clock.at,
    )  # fmt: skip


def test_what_a_change_by_hand_came_to_is_the_new_baseline(approved_state):
    office = approved_state
    office.approved("r1", method="by_hand")
    office.shows("r1", description="by request")
    office.judged()
    settled(office)
    assert office.judged().outcome == "in_sync"


def test_a_change_by_hand_closes_beside_drift_that_stood_there_before(approved_state):
    office = approved_state
    office.shows("r1", more="logging host 10.0.0.7\n")
    before = office.judged()
    change = office.approved("r1", method="by_hand")
    office.shows("r1", description="by request", more="logging host 10.0.0.7\n")
    assert change.id in settled(office)
    after = office.judged()
    assert (after.finding_id, after.verdict) == (before.finding_id, "unauthorised")


def test_a_change_by_hand_closes_on_a_device_without_a_baseline(office):
    change = office.approved("r1", method="by_hand")
    assert change.id not in settled(office)
    office.shows("r1", description="by request")
    assert change.id in settled(office)
    assert office.judged().outcome == "no_baseline"


def test_another_effect_than_the_approved_one_closes_nothing(approved_state):
    office = approved_state
    change = office.approved("r1", method="by_hand")
    office.shows("r1", description="by somebody")
    office.judged()
    settled(office)
    assert office.state(change) == "approved"


def test_a_change_by_hand_is_closed_by_the_reaper_once_it_is_seen(approved_state):
    change = approved_state.approved("r1", method="by_hand")
    approved_state.shows("r1", description="by request")
    approved_state.judged()
    work = Work(
        runtime=approved_state.runtime, kind=KINDS["changes.reap"], worker="w1", stopping=Event()
    )
    assert "by hand" in mend(work)
    assert approved_state.state(change) == "succeeded"
