"""Who is absent, who stands in, and how often a right to vote counts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from changes import approvals
from changes.approving import delegations, voters
from changes.errors import AlreadyDecided, OwnChange
from changes.models import ChangeRequest
from core.errors import InvalidInput, NotPermitted
from organization.models import Person, Unit
from organization.posts import assign, create_post


def person(office, ctx, name):
    return ctx.get(Person, office.people[name].person_id)


def given(office, *, by, to=None, days=(0, 2), absent=True, acting=None):
    with office.acting(acting or by) as ctx:
        begins, ends = (office.clock.at + timedelta(days=one) for one in days)
        deputy = person(office, ctx, to) if to else None
        return delegations.delegate(
            ctx, person(office, ctx, by), deputy=deputy, absent=absent, begins_at=begins,
            ends_at=ends, reason="leave",
        )  # fmt: skip


def who(office, change):
    with office.acting("arranger") as ctx:
        found = voters.voters(ctx, ctx.get(ChangeRequest, change.id), "change.approve")
        return {
            (one.person.id, one.behalf.id if one.behalf else None) for one in found
        }  # fmt: skip


def ids(office, *names):
    return [office.people[name].person_id for name in names]


def test_a_deputy_votes_on_behalf_of_who_may(office):
    change = office.requested("r1")
    given(office, by="approver", to="operator")
    office.approve(change, by="operator")
    operator, approver = ids(office, "operator", "approver")
    [vote] = office.votes(change)
    assert (vote.person_id, vote.behalf_id) == (operator, approver)
    assert office.state(change) == "approved"


def test_who_was_spoken_for_does_not_vote_a_second_time(office):
    change = office.requested("r1", kind="normal")
    given(office, by="approver", to="operator")
    with office.acting("operator") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        voice = approvals._voice(ctx, row, approvals._stage(ctx, row))
        approvals._vote(ctx, row, "rejected", "no", voice, approvals._stage(ctx, row))
        ctx.record("test.voted", row)
    with pytest.raises(AlreadyDecided, match="for"):
        office.approve(change, by="approver")


@pytest.mark.parametrize("days", [(1, 2), (0, 1)])
def test_outside_its_time_a_delegation_gives_nothing(office, days):
    change = office.requested("r1")
    given(office, by="approver", to="operator", days=days)
    office.clock.at += timedelta(days=0 if days == (1, 2) else 1)
    with pytest.raises(NotPermitted):
        office.approve(change, by="operator")


def test_a_revoked_delegation_gives_nothing(office):
    change = office.requested("r1")
    row = given(office, by="approver", to="operator")
    with office.acting("approver") as ctx:
        delegations.revoke(ctx, row.id, reason="back early")
    with pytest.raises(NotPermitted):
        office.approve(change, by="operator")


def test_what_was_handed_on_is_not_handed_on_again(office):
    change = office.requested("r1")
    given(office, by="approver", to="operator")
    with pytest.raises(NotPermitted):
        given(office, by="operator", to="auditor")
    given(office, by="operator", to="auditor", acting="arranger")
    with pytest.raises(NotPermitted):
        office.approve(change, by="auditor")


def test_the_requester_approves_on_nobodys_behalf(office):
    change = office.requested("r1")
    given(office, by="approver", to="engineer")
    with pytest.raises(OwnChange):
        office.approve(change, by="engineer")


def test_nobody_approves_on_behalf_of_the_requester(office):
    change = office.requested("r1")
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        row.requested_by_id = office.people["approver"].person_id
        ctx.record("test.given", row)
    given(office, by="approver", to="operator")
    with pytest.raises(NotPermitted):
        office.approve(change, by="operator")


def test_a_vote_on_behalf_counts_no_more_when_the_right_is_gone(office):
    change = office.requested("r1")
    given(office, by="approver", to="operator")
    office.approve(change, by="operator")
    office.dismiss("approver")
    with office.acting("arranger") as ctx:
        assert not approvals.is_complete(ctx, ctx.get(ChangeRequest, change.id))


def test_those_who_may_still_vote_are_told_without_the_absent_and_with_their_deputies(office):
    change = office.requested("r1")
    approver, second, operator = ids(office, "approver", "second", "operator")
    assert who(office, change) >= {(approver, None), (second, None)}
    given(office, by="approver", to="operator")
    given(office, by="second")
    assert {one for one in who(office, change) if one[0] in {approver, second, operator}} == {
        (operator, approver)
    }


def test_the_requester_is_no_voter(office):
    change = office.requested("r1")
    with office.acting("arranger") as ctx:
        row = ctx.get(ChangeRequest, change.id)
        row.requested_by_id = office.people["approver"].person_id
        ctx.record("test.given", row)
    assert office.people["approver"].person_id not in {key for key, _ in who(office, change)}


def test_nobody_delegates_for_another_without_administering_the_organization(office):
    with pytest.raises(NotPermitted, match="cannot speak for"):
        given(office, by="approver", to="operator", acting="engineer")
    assert given(office, by="approver", to="operator", acting="arranger").absent


def test_who_administers_the_organization_does_not_make_themselves_a_deputy(office):
    with office.acting("arranger") as ctx:
        top = ctx.session.scalars(select(Unit).where(Unit.parent_id.is_(None))).first()
        post = create_post(
            ctx, unit=top, title=f"Clerk {uuid4()}", permissions=["organization.write"]
        )
        assign(ctx, post=post, person=person(office, ctx, "operator"))
    with pytest.raises(NotPermitted, match="make themselves the deputy"):
        given(office, by="approver", to="operator", acting="operator")


@pytest.mark.parametrize(("change", "words"), [
    ({"days": (2, 1)}, "ends after it begins"), ({"days": (-3, -1)}, "not in the past"),
    ({"to": "approver"}, "cannot be the deputy"), ({"absent": False}, "Name the deputy"),
])  # fmt: skip
def test_a_delegation_that_says_nothing_is_refused(office, change, words):
    with pytest.raises(InvalidInput, match=words):
        given(office, **{"by": "approver", **change})


def test_one_sees_ones_own_delegations_and_those_to_oneself(office):
    row = given(office, by="approver", to="operator")
    seen = {}
    for name in ("approver", "operator"):
        with office.acting(name) as ctx:
            seen[name] = [one.id for one in delegations.list_delegations(ctx)]
    assert row.id in seen["approver"]
    assert row.id in seen["operator"]
