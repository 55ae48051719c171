"""A plan proposes a standard change again and again, in the name of who made the plan."""

import pytest
from sqlalchemy import select

from changes.models import ChangeRequest
from tests.changes.catalogue.conftest import judged, shelf

__all__ = ["judged", "shelf"]


@pytest.fixture
def plan(shelf, judged, upkeep):  # noqa: ARG001 - every change is of low risk
    entry = shelf.approved()
    return upkeep.planned("standard", "r1", entry=entry.name, variables={"text": "yearly"})


def changes_of(office, plan):
    with office.acting("arranger") as ctx:
        rows = select(ChangeRequest).where(ChangeRequest.reason.contains(plan.name))
        return [
            (one.kind, one.state, one.requested_by_id)
            for one in ctx.session.scalars(rows.order_by(ChangeRequest.id))
        ]


def test_a_standard_change_is_proposed_in_the_name_of_who_made_the_plan(office, upkeep, plan):
    [seen] = upkeep.run(plan)
    maker = office.people["engineer"].person_id
    assert (seen.outcome, changes_of(office, plan)) == (
        "passed", [("standard", "approved", maker)],
    )  # fmt: skip


def test_none_is_proposed_while_the_last_one_is_not_over(office, upkeep, plan):
    upkeep.run(plan)
    [seen] = upkeep.run(plan)
    assert (seen.outcome, len(changes_of(office, plan))) == ("attention", 1)


def test_without_the_post_nothing_is_proposed(office, upkeep, plan):
    office.dismiss("engineer")
    [seen] = upkeep.run(plan)
    assert (seen.outcome, changes_of(office, plan)) == ("failed", [])
    assert "holds no post" in seen.detail
