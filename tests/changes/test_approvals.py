"""Approvals: a person's word on exactly one digest, and what makes it void."""

from datetime import timedelta

import pytest

from changes import approvals, plans
from changes.errors import (
    AlreadyDecided,
    OwnChange,
    PreStateChanged,
    StaleDigest,
    WindowClosed,
    WrongState,
)
from changes.models import ChangeRequest
from changes.playbooks import shelve
from core.actor import Actor
from core.errors import NotPermitted
from tests.changes.office import ALL


def decide(office, change, *, by="approver", digest=None, how=approvals.approve):
    with office.acting(by) as ctx:
        how(ctx, change.id, digest=digest or change.digest, note="so be it")


def test_the_approval_and_the_place_in_the_queue_come_together(office):
    change = office.approved("r1")
    assert (office.state(change), office.queued()) == ("approved", [change.id])
    assert office.recorded(change) == ["change.requested", "change.approved", "change.released"]


def test_a_refused_approval_leaves_no_vote_and_no_job(office):
    change = office.requested("r1")
    with pytest.raises(StaleDigest, match="another plan"):
        decide(office, change, digest="0" * 64)
    assert (office.state(change), office.votes(change), office.queued()) == ("proposed", [], [])


def test_a_plan_that_is_not_what_its_digest_names_is_approved_by_nobody(office):
    change = office.requested("r1")
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        target = {**row.plan["targets"][0], "lines": ["reload"]}
        row.plan = {**row.plan, "targets": [target]}
        ctx.record("test.forged", row)
    with pytest.raises(StaleDigest):
        decide(office, change)


def owned_by(office, change, name):
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        row.requested_by_id = office.people[name].person_id
        ctx.record("test.given", row)


def test_nobody_approves_or_rejects_their_own_change_whatever_their_posts_allow(office):
    change = office.requested("r1")
    owned_by(office, change, "approver")
    for how in (approvals.approve, approvals.reject):
        with pytest.raises(OwnChange, match="own change"):
            decide(office, change, how=how)


@pytest.mark.parametrize("who", ["engineer", "auditor", "operator"])
def test_who_holds_no_approvers_post_approves_nothing(office, who):
    with pytest.raises(NotPermitted):
        decide(office, office.requested("r1"), by=who)


def test_the_platform_itself_has_no_vote(office):
    office.people["robot"] = Actor(name="robot", granted=ALL.granted)
    with pytest.raises(OwnChange, match="persons do"):
        decide(office, office.requested("r1"), by="robot")


def test_there_is_no_second_vote_on_a_decided_change(office):
    change = office.approved("r1")
    for who in ("approver", "second"):
        with pytest.raises(AlreadyDecided, match="no vote open"):
            decide(office, change, by=who)
    assert len(office.votes(change)) == 1


def test_a_person_votes_once_on_a_plan_even_after_taking_the_vote_back(office):
    change = office.approved("r1")
    withdraw(office, change)
    with pytest.raises(AlreadyDecided, match="has voted"):
        decide(office, change)


def test_a_rejected_change_is_over(office):
    change = office.requested("r1")
    decide(office, change, how=approvals.reject)
    now = office.now(change)
    assert (now.state, now.outcome, now.closed_at) == ("rejected", "so be it", office.clock.at)
    with pytest.raises(AlreadyDecided):
        decide(office, change, by="second")


def withdraw(office, change, *, by="approver"):
    with office.acting(by) as ctx:
        approvals.withdraw(ctx, change.id, note="had second thoughts")


def test_an_approval_taken_back_is_void_and_the_change_waits_again(office):
    change = office.approved("r1")
    withdraw(office, change)
    (vote,) = office.votes(change)
    assert (vote.voided_at, vote.void_reason) == (
        office.clock.at, "withdrawn: had second thoughts",
    )  # fmt: skip
    assert (office.state(change), office.claimed(change)) == ("proposed", None)


def test_another_person_approves_what_one_took_back(office):
    change = office.approved("r1")
    withdraw(office, change)
    decide(office, change, by="second")
    assert office.state(change) == "approved"


def test_nobody_takes_back_anothers_approval(office):
    change = office.approved("r1")
    with pytest.raises(WrongState, match="no approval of yours"):
        withdraw(office, change, by="second")


def test_an_approval_is_not_taken_back_from_a_running_change(office):
    change = office.approved("r1")
    office.claimed(change)
    with pytest.raises(WrongState, match="to take back"):
        withdraw(office, change)


def standing(office, change):
    with office.acting() as ctx:
        return len(approvals.standing(ctx, ctx.get(ChangeRequest, change.id)))


def test_the_approval_of_a_person_who_lost_the_post_counts_no_more(office):
    change = office.approved("r1")
    assert standing(office, change) == 1
    office.dismiss("approver")
    assert standing(office, change) == 0


def test_an_approval_by_who_became_the_requester_counts_no_more(office):
    change = office.approved("r1")
    owned_by(office, change, "approver")
    assert standing(office, change) == 0


def test_a_device_that_shows_something_else_than_was_planned_from_is_not_approved(office):
    change = office.requested("r1", "r2")
    office.shows("r2", description="somebody was here")
    with pytest.raises(PreStateChanged, match=r"r2.* shows another configuration"):
        decide(office, change)


def test_a_window_that_is_over_is_not_approved(office):
    now = office.clock.at
    change = office.requested("r1", window=(now, now + timedelta(hours=1)))
    office.clock.forward(hours=1)
    with pytest.raises(WindowClosed, match="is over"):
        decide(office, change)


def test_a_plan_of_a_playbook_that_was_edited_since_is_not_approved(office, monkeypatch, tmp_path):
    change = office.requested("r1")
    shelf = shelve(tmp_path)
    with (shelf / "restore" / "playbook.yml").open("a") as text:
        text.write("# edited\n")
    monkeypatch.setattr("changes.pre_state.edited", lambda plan, _: plans.edited(plan, shelf))
    with pytest.raises(StaleDigest, match="playbook restore was edited"):
        decide(office, change)


def test_a_change_by_hand_is_approved_without_a_place_in_the_queue(office):
    change = office.approved("r1", method="by_hand")
    assert (office.state(change), office.queued()) == ("approved", [])


def test_all_approvals_of_a_change_are_made_void_at_once(office):
    change = office.approved("r1")
    with office.acting() as ctx:
        approvals.void_all(ctx, ctx.get_locked(ChangeRequest, change.id), reason="because")
    assert [vote.void_reason for vote in office.votes(change)] == ["because"]
    assert office.state(change) == "proposed"
