"""Emergency changes and their reviews; who approved and later executed."""

import pytest

from changes import oversight
from inventory.models import Device
from organization.models import Person
from tests.changes.emergency.conftest import REASON, duty
from tests.changes.questions.asked import answer, column
from tests.factories import make_post

__all__ = ["duty"]


def test_a_broken_glass_is_told_with_both_reviews(office, duty):
    grant = duty.over()
    duty.reviewed(grant)
    [standing] = column(answer(office, "emergencies"), "standing")
    duty.reviewed(grant, by="second", verdict="not_justified", note="it could wait")
    told = answer(office, "emergencies")
    first, second = column(told, "reviews")[0].split("; ")
    names = [office.people[one].name for one in ("approver", "second")]
    assert (standing, column(told, "standing")) == ("to be reviewed", ["reviewed"])
    assert first.startswith(f"{names[0]} justified 20")
    assert second.startswith(f"{names[1]} not justified 20")
    assert second.endswith(": it could wait")
    assert [one.label for one in column(told, "broken by")] == [office.people["duty"].name]
    assert column(told, "reason") == [REASON]


@pytest.mark.parametrize("late", [False, True])
def test_a_review_that_is_due_is_overdue_and_then_too_late(office, duty, late):
    grant = duty.over()
    office.clock.forward(hours=100)
    if late:
        duty.reviewed(grant)
        duty.reviewed(grant, by="second")
    expected = "reviewed too late" if late else "overdue"
    assert column(answer(office, "emergencies"), "standing") == [expected]


def test_an_emergency_without_a_glass_is_told_too(office, duty):
    change = duty.requested()
    told = answer(office, "emergencies")
    assert (column(told, "standing"), column(told, "change")[0].id) == (
        ["no glass was broken"], str(change.id),
    )  # fmt: skip


def queued_by(office, name, change):
    with office.acting(name) as ctx:
        oversight.run_now(ctx, change.id)


@pytest.fixture
def both(office):
    """The approver may execute too, as a careless administrator made it."""
    with office.acting("arranger") as ctx:
        person = ctx.get(Person, office.people["approver"].person_id)
        unit = ctx.get(Device, office.ids["r1"]).site.unit
        make_post(ctx, unit=unit, permissions=["change.execute"], holder=person)


@pytest.mark.usefixtures("both")
def test_who_approved_and_executed_is_told(office):
    change = office.approved("r1")
    queued_by(office, "approver", change)
    told = answer(office, "approver-executed")
    assert [one.label for one in column(told, "person")] == [office.people["approver"].name]
    assert (column(told, "then did"), column(told, "change")[0].id) == (
        ["change.queued"], str(change.id),
    )  # fmt: skip


@pytest.mark.usefixtures("both")
def test_who_executed_what_another_one_approved_is_not(office):
    change = office.requested("r1")
    office.approve(change, by="second")
    queued_by(office, "approver", change)
    queued_by(office, "engineer", change)
    assert answer(office, "approver-executed").rows == ()
