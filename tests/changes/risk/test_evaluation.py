"""The formula that comes with Trimtab, judged on facts alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.risk.evaluation import evaluate, strictest
from changes.risk.model import Alike, GroupLeft, Reason, Touch
from tests.changes.risk.circumstances import (
    CHANGE,
    DEVICES,
    FACTS,
    FORMULA,
    HISTORY,
    ORDINARY,
    changed,
    points,
    touching,
)


def judged(facts):
    return evaluate(facts, FORMULA)


def told(facts):
    return points(judged(facts))


@pytest.mark.parametrize("gravity", ["info", "minor", "major"])
def test_an_ordinary_line_on_a_device_that_nothing_depends_on_is_low(gravity):
    """However little is known of it, and however often it drifts."""
    device = replace(
        ORDINARY, gravity=gravity, drifts_now=True, last_drift_days=0, role="", recorded=False
    )
    risk = judged(changed(devices=(device,), history=(Alike(role=""),), playbook_risk="medium"))
    assert (risk.level, risk.approvals, risk.canary) == ("low", 1, 1)
    assert (risk.window_required, risk.stages) == (False, ())


@pytest.mark.parametrize("code", ["shutdown", "address"])
def test_taking_the_management_interface_away_is_high_whatever_else(code):
    facts = touching(code)
    best = replace(facts.devices[0], revert="commit_confirmed", gravity="info", role="access")
    risk = judged(replace(facts, kind="standard", playbook_risk="none", devices=(best,)))
    assert (risk.level, risk.approvals, risk.stages) == ("high", 2, ("peer", "lead"))
    assert risk.window_required


def test_a_touched_way_in_is_at_least_medium():
    ways = ("filter", "route", "line", "login", "aaa", "ssh", "vrf")
    assert {judged(touching(one)).level for one in ways} == {"medium"}


def test_each_way_in_that_is_touched_counts_once_with_all_its_places():
    one = replace(ORDINARY, touches=(Touch(code="ssh", place="+ ip ssh version 1"),))
    two = replace(ORDINARY, hostname="sw2", touches=(Touch(code="ssh", place="- ip ssh"),))
    [reason] = [x for x in judged(changed(devices=(one, two))).reasons if x.code == "lockout.ssh"]
    assert reason == Reason(
        code="lockout.ssh",
        words="sw1, sw2: it touches the service that Trimtab connects to "
        "(+ ip ssh version 1, - ip ssh).",
        points=30,
    )


@pytest.mark.parametrize(
    ("revert", "added"),
    [("commit_confirmed", 0), ("commit_timer", 0), ("revert_timer", 1), ("watchdog", 2),
     ("untouched", 0), ("replace", 5), ("computed_inverse", 6), ("former_image", 20), ("none", 20)],
)  # fmt: skip
def test_the_worst_way_back_counts(revert, added):
    devices = (replace(ORDINARY, revert="commit_confirmed"), replace(ORDINARY, revert=revert))
    assert told(changed(devices=devices)).get("revert", 0) == added


def test_a_reload_counts_once_and_names_its_devices():
    devices = (replace(ORDINARY, reloads=True), replace(ORDINARY, hostname="sw2", reloads=True))
    [reason] = [one for one in judged(changed(devices=devices)).reasons if one.code == "reload"]
    assert reason == Reason(
        code="reload", words="sw1, sw2: what is restarted carries nothing until it is back.",
        points=40,
    )  # fmt: skip


def test_the_riskiest_role_counts_and_names_its_devices():
    devices = (ORDINARY, replace(ORDINARY, hostname="c1", role="Core router"))
    [reason] = [one for one in judged(changed(devices=devices)).reasons if one.code == "role"]
    assert reason == Reason(
        code="role", words="c1: Core router devices, which much traffic passes.", points=10
    )


@pytest.mark.parametrize(
    ("count", "added"), [(1, 0), (2, 3), (4, 3), (5, 6), (20, 15), (100, 25), (500, 40)]
)
def test_more_devices_count_in_steps(count, added):
    devices = tuple(replace(ORDINARY, hostname=f"sw{n}") for n in range(count))
    assert told(changed(devices=devices)).get("devices", 0) == added


@pytest.mark.parametrize(("cut", "added"), [(0, 0), (1, 8), (2, 12), (10, 20), (100, 30)])
def test_what_would_be_cut_off_counts_in_steps(cut, added):
    assert told(changed(cut=cut)).get("blast", 0) == added


def test_devices_cut_off_are_named_as_far_as_they_are_known():
    risk = judged(changed(cut=5, cut_names=("x", "y")))
    [reason] = [one for one in risk.reasons if one.code == "blast"]
    assert reason.words == (
        "While these are down, 5 devices would be cut from the rest: x, y and 3 more."
    )


@pytest.mark.parametrize(
    ("left", "code"), [(0, "redundancy.none_left"), (1, "redundancy.one_left"), (2, None)]
)
def test_a_redundancy_group_counts_by_what_is_left_of_it(left, code):
    group = GroupLeft(name="core pair", members=3, left=left)
    found = [one for one in told(changed(groups=(group,))) if one.startswith("redundancy")]
    assert found == ([code] if code else [])


def test_of_recorded_links_the_worst_that_happens_counts():
    device = replace(
        ORDINARY,
        links=(Touch(code="parallel", place="Gi0/1"), Touch(code="uplink", place="Gi0/2")),
    )
    found = {
        code: added
        for code, added in told(changed(devices=(device,))).items()
        if code.startswith("redundancy")
    }
    assert found == {"redundancy.uplink": 70}


@pytest.mark.parametrize(("days", "added"), [(0, 5), (7, 5), (8, 2), (30, 2), (31, 0)])
def test_drift_counts_less_the_longer_it_is_ago(days, added):
    device = replace(ORDINARY, last_drift_days=days)
    assert told(changed(devices=(device,))).get("drift.past", 0) == added


@pytest.mark.parametrize(
    ("history", "added"),
    [
        (Alike(role="access"), 3),
        (Alike(role="access", succeeded=200), 0),
        (Alike(role="access", succeeded=999, failed=1), 3),
        (Alike(role="access", succeeded=9, rolled_back=1), 8),
        (Alike(role="access", succeeded=2, interrupted=1), 15),
    ],
)
def test_alike_changes_count_by_how_many_went_wrong(history, added):
    assert told(changed(history=(history,))).get("history", 0) == added


@pytest.mark.parametrize(
    ("values", "code", "added"),
    [
        ({"kind": "emergency"}, "kind.emergency", 15),
        ({"kind": "decommission"}, "kind.decommission", 12),
        ({"method": "by_hand"}, "method.by_hand", 6),
        ({"playbook_risk": "high"}, "playbook.high", 15),
    ],
)
def test_what_is_said_of_the_whole_counts(values, code, added):
    assert told(changed(**values))[code] == added


@pytest.mark.parametrize(("devices", "canary"), [(1, 1), (19, 1), (20, 2), (99, 9)])
def test_the_canary_of_a_change_of_low_risk_grows_with_the_devices(devices, canary):
    many = tuple(replace(ORDINARY, gravity="info") for _ in range(devices))
    risk = judged(changed(devices=many))
    assert (risk.level, risk.canary) == ("low", canary)


def test_the_gravest_reason_comes_first():
    risk = judged(touching("ssh", "shutdown"))
    assert [one.code for one in risk.reasons[:2]] == ["lockout.shutdown", "lockout.ssh"]


@given(FACTS)
def test_the_score_is_the_sum_of_reasons_that_all_say_why(facts):
    risk = judged(facts)
    assert risk.score == sum(one.points for one in risk.reasons)
    assert all(one.words.strip() and "{" not in one.words for one in risk.reasons)


@given(FACTS, DEVICES, HISTORY, st.integers(0, 20))
def test_one_device_more_never_lowers_the_score(facts, device, history, more_cut):
    """With a device come its role's history, and more that is cut off; groups lose members."""
    after = replace(
        facts,
        devices=(*facts.devices, device),
        history=(*facts.history, history),
        cut=facts.cut + more_cut,
        groups=tuple(replace(one, left=max(0, one.left - 1)) for one in facts.groups),
    )
    assert judged(after).score >= judged(facts).score


@given(FACTS)
def test_every_level_asks_for_another_person(facts):
    assert judged(facts).approvals >= 1


def test_of_several_formulas_the_strictest_of_each_holds():
    mild = replace(judged(CHANGE), policy="a", approvals=3, canary=5, window_required=True)
    grave = replace(judged(touching("ssh")), policy="b", approvals=2, canary=7)
    assert strictest([mild, grave]) == replace(grave, approvals=3, canary=5, window_required=True)
