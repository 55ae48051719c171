"""Two persons review an emergency; while nobody did in time, the changes of its unit wait."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from changes.emergency import debt, reviews
from changes.emergency.models import EmergencyReview
from changes.errors import AlreadyDecided, EmergencyDebt, OwnChange, ReviewEarly
from changes.models import BreakGlass
from core.errors import InvalidInput, NotPermitted
from inventory.models import Device
from operations.models import Event
from operations.problems import open_problem
from tests.changes.office import open_office

HOURS = 72


def events_of(office, fingerprint):
    with office.acting("arranger") as ctx:
        rows = select(Event.state).where(Event.fingerprint.startswith(fingerprint))
        return list(ctx.session.scalars(rows))


def told(office):
    with office.acting("arranger") as ctx:
        return debt.tell(ctx)


def test_a_review_is_due_after_the_hours_of_the_setting(office, duty):
    grant = duty.over()
    with office.acting("arranger") as ctx:
        row = ctx.get(BreakGlass, grant)
        assert row.review_due_at - row.broken_at == timedelta(hours=HOURS)


def test_two_persons_settle_a_review(office, duty):
    grant = duty.over()
    settled = []
    for who in ("approver", "second"):
        duty.reviewed(grant, by=who)
        with office.acting("arranger") as ctx:
            settled.append(ctx.get(BreakGlass, grant).reviewed_at is not None)
    with office.acting("arranger") as ctx:
        query = select(EmergencyReview.verdict).where(EmergencyReview.break_glass_id == grant)
        verdicts = ctx.session.scalars(query).all()
    assert (settled, verdicts) == ([False, True], ["justified", "justified"])


def test_nobody_reviews_twice(duty):
    grant = duty.over()
    duty.reviewed(grant)
    with pytest.raises(AlreadyDecided, match="has reviewed"):
        duty.reviewed(grant)


def test_a_settled_review_is_closed(office, duty):
    grant = duty.over()
    office.people["third"] = office.people["auditor"]
    for who in ("approver", "second"):
        duty.reviewed(grant, by=who)
    with pytest.raises(AlreadyDecided, match="is reviewed"):
        duty.reviewed(grant)


def test_who_may_not_approve_reviews_nothing(duty):
    grant = duty.over()
    with pytest.raises(NotPermitted, match=r"change\.approve"):
        duty.reviewed(grant, by="operator")


def test_neither_the_requester_nor_who_broke_the_glass_reviews_it(office, duty):
    grant = duty.over()
    with office.acting("arranger") as ctx:
        ctx.get(BreakGlass, grant).person_id = office.people["approver"].person_id
        ctx.record("test.arranged", ctx.get(Device, office.ids["r1"]))
    with pytest.raises(OwnChange, match="two other persons"):
        duty.reviewed(grant)


def test_what_may_still_run_is_not_reviewed_yet(duty):
    grant = duty.broken(duty.requested())
    with pytest.raises(ReviewEarly, match="may still run"):
        duty.reviewed(grant)


def test_not_justified_needs_what_follows(duty):
    grant = duty.over()
    with pytest.raises(InvalidInput, match="Not justified"):
        duty.reviewed(grant, verdict="not_justified", note=" ")


def test_not_justified_names_a_problem(office, duty):
    grant = duty.over()
    with office.acting("arranger") as ctx:
        problem = open_problem(ctx, title="Glass broken for a typing error").id
    duty.reviewed(grant, verdict="not_justified", problem_id=problem)
    with office.acting("arranger") as ctx:
        [row] = ctx.session.scalars(
            select(EmergencyReview).where(EmergencyReview.break_glass_id == grant)
        )
        assert (row.verdict, row.problem_id) == ("not_justified", problem)


def test_an_overdue_review_blocks_the_units_normal_changes(office, duty):
    grant = duty.over()
    office.clock.forward(hours=HOURS)
    with pytest.raises(EmergencyDebt, match=f"broken glass {grant} ") as refused:
        office.requested("r2")
    assert refused.value.facts == {"reviews": str(grant)}


@pytest.mark.parametrize("kind", ["emergency", "commission", "decommission"])
def test_an_overdue_review_blocks_no_other_kinds(office, duty, kind):
    duty.over()
    office.clock.forward(hours=HOURS)
    assert office.requested("r2", kind=kind).state == "proposed"


def test_an_overdue_review_blocks_no_other_unit(office, duty):
    duty.over()
    other = open_office(office.runtime, office.clock)
    office.clock.forward(hours=HOURS)
    assert other.requested("r1").state == "proposed"


def test_a_review_within_its_time_blocks_nothing(office, duty):
    duty.over()
    office.clock.forward(hours=HOURS - 1)
    assert office.requested("r2").state == "proposed"


def test_a_settled_review_blocks_no_more(office, duty):
    grant = duty.over()
    office.clock.forward(hours=HOURS)
    for who in ("approver", "second"):
        duty.reviewed(grant, by=who)
    assert office.requested("r2").state == "proposed"


def test_an_overdue_review_is_told_once_and_closed_by_the_review(office, duty):
    grant = duty.over()
    office.clock.forward(hours=HOURS)
    told(office)
    again = told(office)
    before = events_of(office, f"emergency_review_overdue:{grant}")
    for who in ("approver", "second"):
        duty.reviewed(grant, by=who)
    after = events_of(office, f"emergency_review_overdue:{grant}")
    assert (again, before, after) == (0, ["open"], ["closed"])


def test_the_event_of_the_broken_glass_closes_with_the_review(office, duty):
    grant = duty.over()
    for who in ("approver", "second"):
        duty.reviewed(grant, by=who)
    assert events_of(office, f"break_glass:{grant}:") == ["closed"]


def test_what_waits_for_a_review_is_listed_first(office, duty):
    reviewed = duty.over()
    for who in ("approver", "second"):
        duty.reviewed(reviewed, by=who)
    waiting = duty.over()
    with office.acting("auditor") as ctx:
        every = [one.id for one in reviews.list_grants(ctx)]
        due = [one.id for one in reviews.list_grants(ctx, unreviewed="only")]
    assert (every, due) == ([waiting, reviewed], [waiting])
