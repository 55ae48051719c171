"""A planned device is put into service by an approved change, and by nothing else."""

import pytest

from changes import approvals, revisions
from changes.errors import NotActive, NothingToDo, PreStateChanged
from changes.lifecycle import commission
from changes.pre_state import require_current
from changes.requests import plan_of
from core.errors import InvalidInput, NotPermitted
from drift import baselines
from inventory.devices import set_state
from tests.changes.office import LINES, configuration


@pytest.fixture
def planned(life):
    life.put("r1", state="planned")
    return life


def intended(life, *, description):
    hostname = life.device().hostname
    with life.office.acting("arranger") as ctx:
        text = configuration(hostname, description=description)
        baselines.set_intended(ctx, life.office.ids["r1"], text, reason="as designed")


def baseline_of(life):
    with life.office.acting("arranger") as ctx:
        found = baselines.baseline_for(ctx, life.office.ids["r1"])
        return found and (found.source, found.reason, baselines.text(ctx, found))


def test_a_planned_device_is_commissioned_by_given_lines(planned):
    change = planned.commission(lines=LINES)
    [target] = plan_of(change).targets
    assert (change.kind, change.state, target.lines) == ("commission", "proposed", LINES)


def test_a_planned_device_is_brought_to_its_intended_configuration(planned):
    intended(planned, description="as designed")
    [target] = plan_of(planned.commission()).targets
    assert target.lines == ("interface Loopback0", " description as designed")


def test_the_plan_says_that_the_device_is_planned(planned):
    [target] = plan_of(planned.commission(lines=LINES)).targets
    assert target.inventory["state"] == "planned"


def test_the_plan_says_which_device_has_to_answer_as_far_as_that_is_known(planned):
    planned.put("r1", serial="SN-1")
    plan = plan_of(planned.commission(lines=LINES, clock_seconds=5))
    assert (plan.playbook, plan.targets[0].variables) == (
        "commission",
        {"trimtab_identity": {"hostname": planned.device().hostname, "serial": "SN-1"},
         "trimtab_clock_seconds": 5},
    )  # fmt: skip


@pytest.mark.parametrize("state", ["active", "maintenance", "retired"])
def test_only_planned_devices_are_commissioned(life, state):
    life.put("r1", state=state)
    with pytest.raises(NotActive, match=f"is {state}; only planned devices"):
        life.commission(lines=LINES)


def test_a_planned_device_is_changed_by_nothing_else(planned):
    with pytest.raises(NotActive, match="only active devices"):
        planned.office.requested("r1")


def test_a_commission_needs_lines_or_a_baseline(planned):
    with pytest.raises(InvalidInput, match="has no baseline"):
        planned.commission()


def test_a_device_that_shows_its_baseline_has_nothing_to_be_done(planned):
    intended(planned, description="router id")
    with pytest.raises(NothingToDo, match="shows its baseline already"):
        planned.commission()


def test_who_may_not_request_changes_commissions_nothing(planned):
    with pytest.raises(NotPermitted):
        planned.commission(lines=LINES, by="auditor")


def test_a_commission_is_approved_while_the_device_is_planned(planned):
    change = planned.commission(lines=LINES)
    for who in ("approver", "second"):
        if planned.office.state(change) == "proposed":
            planned.office.approve(change, by=who)
    assert planned.office.state(change) == "approved"


def test_a_device_that_is_active_already_voids_its_commission(planned):
    change = planned.commission(lines=LINES)
    with planned.office.acting("arranger") as ctx:
        set_state(ctx, planned.office.ids["r1"], "active")
        with pytest.raises(PreStateChanged, match="is active; this change is for one that is plan"):
            require_current(ctx, plan_of(change))


def test_a_commission_is_planned_anew_while_the_device_is_planned(planned):
    change = planned.commission(lines=LINES)
    planned.office.shows("r1", description="shipped")
    with planned.office.acting("engineer") as ctx:
        [target] = plan_of(revisions.renew(ctx, change.id)).targets
    assert (target.rollback, target.variables) == (
        ("interface Loopback0", " description shipped"), plan_of(change).targets[0].variables,
    )  # fmt: skip


def test_after_its_commission_a_device_is_active_with_what_it_shows_as_baseline(planned):
    change = planned.commission(lines=LINES)
    planned.office.shows("r1", description="by request")
    planned.succeed(change)
    planned.settle(commission)
    told = configuration(planned.device().hostname, description="by request")
    assert planned.device().state == "active"
    assert baseline_of(planned) == ("snapshot", f"commissioned by {change.label}", told)


def test_the_baseline_that_a_device_was_brought_to_stays(planned):
    intended(planned, description="as designed")
    change = planned.commission()
    before = baseline_of(planned)
    planned.succeed(change)
    planned.settle(commission)
    assert (planned.device().state, baseline_of(planned)) == ("active", before)


def test_a_device_whose_commission_is_under_way_stays_planned(planned):
    planned.commission(lines=LINES)
    planned.settle(commission)
    assert planned.device().state == "planned"


def test_a_commission_is_settled_once(planned):
    planned.succeed(planned.commission(lines=LINES))
    planned.settle(commission)
    with planned.office.acting("arranger") as ctx:
        set_state(ctx, planned.office.ids["r1"], "maintenance")
    planned.settle(commission)
    assert planned.device().state == "maintenance"


def test_the_approvers_of_a_commission_are_those_of_its_device(planned):
    change = planned.commission(lines=LINES)
    with planned.office.acting("auditor") as ctx, pytest.raises(NotPermitted):
        approvals.approve(ctx, change.id, digest=change.digest, note="")
