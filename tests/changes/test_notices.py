"""Who is told of a change: exactly those concerned, once each."""

from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select, text

from changes import approvals, notices
from changes.approving import delegations
from changes.models import BreakGlass, ChangeRequest
from changes.notices import reviewers
from changes.states import State
from changes.waiting import waiting
from operations.job_kinds import KINDS, Nothing
from operations.notice_models import Notice, NoticeLook
from organization.models import Person
from scheduler.jobs import deliver, reap
from scheduler.work import Work
from tests.changes.approving.test_stages import authority, risky
from tests.changes.emergency.conftest import duty

__all__ = ["duty"]


@pytest.fixture
def told(office):
    """Looks at the office's changes, and gives who was told newly of what, and why."""
    known = set()
    names = {one.person_id: name for name, one in office.people.items()}

    def look():
        names.update({one.person_id: name for name, one in office.people.items()})
        with office.acting("arranger") as ctx:
            for change in (ctx.get(ChangeRequest, key) for key in office.changes):
                notices.note(ctx, change, notices.notes_of(ctx, change))
                for grant in change.grants:
                    notices.note(ctx, change, list(notices.reviews_due(ctx, grant)))
            rows = ctx.session.scalars(
                select(Notice).where(Notice.person_id.in_(key for key in names if key))
            )
            new = [row for row in rows if row.id not in known]
            known.update(row.id for row in new)
            return {(names[row.person_id], row.topic): row.detail for row in new}

    return look


def withdrawn(office, change, *, by="approver"):
    with office.acting(by) as ctx:
        approvals.withdraw(ctx, change.id, note="not now")


def test_exactly_those_who_may_vote_are_told_of_a_request_and_once(office, told):
    office.requested("r1")
    assert set(told()) == {("approver", "vote"), ("second", "vote")}
    assert told() == {}


def test_a_notice_says_who_asks_for_what_and_where(office, told):
    change = office.requested("r1")
    told()
    with office.acting("arranger") as ctx:
        me = office.people["approver"].person_id
        row = ctx.session.scalars(select(Notice).where(Notice.person_id == me)).one()
        asked = ctx.get(Person, office.people["engineer"].person_id).name
        assert (row.title, row.path, row.state) == (
            f"C{change.id} Describe", f"/changes/{change.id}", "waiting",
        )  # fmt: skip
        assert row.detail == (
            f"{asked} asks (normal): asked Risk low. Stage approval: 0 of 1. "
            f"Devices: {office.name('r1')}."
        )
    assert "change.told" in office.recorded(change)


def test_who_comes_to_a_post_later_is_told_then(office, told):
    risky(office, office.requested("r1"))
    told()
    authority(office)
    assert set(told()) == {("authority", "vote")}


def test_the_next_stage_is_told_when_it_opens(office, told):
    change = risky(office, office.requested("r1"))
    authority(office)
    assert set(told()) == {("approver", "vote"), ("second", "vote"), ("authority", "vote")}
    office.approve(change)
    assert told() == {}
    office.approve(change, by="second")
    found = told()
    assert set(found) == {("authority", "vote")}
    assert "Stage authority: 0 of 1." in found["authority", "vote"]


def test_a_deputy_is_told_in_whose_name(office, told):
    with office.acting("approver") as ctx:
        person, deputy = (
            ctx.get(Person, office.people[name].person_id) for name in ("approver", "operator")
        )
        delegations.delegate(
            ctx, person, deputy=deputy, begins_at=office.clock.at,
            ends_at=office.clock.at + timedelta(days=1), reason="leave",
        )  # fmt: skip
        name = person.name
    office.requested("r1")
    found = told()
    assert set(found) == {("operator", "vote"), ("second", "vote")}
    assert found["operator", "vote"].startswith(f"On behalf of {name}. ")


def test_void_approvals_are_told_to_the_requester_and_who_may_vote_still(office, told):
    change = office.requested("r1")
    told()
    office.approve(change)
    withdrawn(office, change)
    found = told()
    assert set(found) == {("engineer", "again"), ("second", "vote")}
    assert found["engineer", "again"] == "1 approval is void: withdrawn: not now"
    assert found["second", "vote"].endswith("Earlier approvals are void: withdrawn: not now")


def test_the_requester_is_told_of_a_rejection_by_whom_and_why(office, told):
    change = office.requested("r1")
    told()
    with office.acting("second") as ctx:
        approvals.reject(ctx, change.id, digest=change.digest, note="too late")
        name = ctx.get(Person, ctx.person.person_id).name
    assert told() == {("engineer", "over"): f"It is rejected by {name}. too late"}


def test_the_requester_is_told_how_a_run_ended(office, told):
    change = office.approved("r1")
    assert office.finished(office.begun(change), State.FAILED)
    assert told() == {("engineer", "over"): "It is failed. so it is"}


def test_reviewers_are_told_when_a_glass_can_be_reviewed_and_before_it_is_overdue(
    office, duty, told
):
    change = duty.requested()
    duty.broken(change)
    told()
    office.clock.forward(minutes=31)
    assert set(told()) == {("approver", "review"), ("second", "review")}
    office.clock.forward(hours=40)
    assert told() == {}
    office.clock.forward(hours=20)  # 60 of 72
    assert set(told()) == {("approver", "review"), ("second", "review")}
    assert told() == {}


def test_who_has_reviewed_is_no_reviewer_any_more(office, duty):
    grant = duty.over()
    duty.reviewed(grant)
    with office.acting("arranger") as ctx:
        found = reviewers(ctx, ctx.get(BreakGlass, grant))
    assert [one.id for one in found] == [office.people["second"].person_id]


def work(office, who):
    with office.acting(who) as ctx:
        found = waiting(ctx)
        return (
            [one.change.id for one in found.votes], [one.id for one in found.reviews],
            [one.id for one in found.own],
        )  # fmt: skip


def test_what_waits_for_oneself_is_what_one_may_decide_and_what_one_asked_for(office):
    change = office.requested("r1")
    assert work(office, "approver") == ([change.id], [], [])
    assert work(office, "engineer") == ([], [], [change.id])
    assert work(office, "auditor") == ([], [], [])


def test_on_what_one_has_voted_one_is_not_asked_again(office):
    change = risky(office, office.requested("r1"))
    office.approve(change)
    assert work(office, "approver") == ([], [], [])
    assert work(office, "second") == ([change.id], [], [])


def test_a_glass_waits_for_those_who_may_review_it(office, duty):
    grant = duty.over()
    assert work(office, "approver")[1] == [grant]
    assert work(office, "duty")[1] == []


def test_what_stands_as_it_stood_is_looked_at_again_only_after_a_while(office):
    def looked(key):
        with office.acting("arranger") as ctx:
            notices.tell(ctx)
            return ctx.get(NoticeLook, f"change:{key}").looked_at

    change, first = office.requested("r1"), office.clock.at
    assert looked(change.id) == first
    office.clock.forward(minutes=9)
    assert looked(change.id) == first
    office.approve(change)
    withdrawn(office, change)
    assert looked(change.id) == first + timedelta(minutes=9)
    office.clock.forward(minutes=10)
    assert looked(change.id) == first + timedelta(minutes=19)


def test_the_reaper_looks_and_a_worker_sends(office):
    def work(name):
        return Work(runtime=office.runtime, kind=KINDS[name], worker="w1", stopping=Event())

    office.emptied_queue()
    office.requested("r1")
    reap(work("changes.reap"), Nothing())
    me = office.people["approver"].person_id
    with office.acting("arranger") as ctx:
        [row] = ctx.session.scalars(select(Notice).where(Notice.person_id == me))
        queued = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'operations.deliver'"
        assert (row.state, ctx.session.scalar(text(queued))) == ("waiting", 1)
    deliver(work("operations.deliver"), Nothing())
    with office.acting("arranger") as ctx:
        assert ctx.get(Notice, row.id).state == "unsent"  # nobody named an address
