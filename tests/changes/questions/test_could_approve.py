"""Who could have approved at a time."""

from datetime import timedelta

import pytest

from changes.approving import delegations
from core.errors import InvalidInput
from inventory.models import Device
from organization import people, posts
from organization.models import Person, Post, Unit
from organization.permissions import POST_TEMPLATES
from tests.changes.questions.asked import answer, column
from tests.factories import make_person

HOUR = timedelta(hours=1)


def able(office, **given):
    """By username: whether they could."""
    given = {"device": office.name("r1"), "at": office.clock.at.isoformat()} | given
    told = answer(office, "could-approve", **{key: one for key, one in given.items() if one})
    names = [one.label for one in column(told, "person")]
    return dict(zip(names, column(told, "could approve"), strict=True))


def name(office, who):
    return office.people[who].name


def test_who_held_a_post_then_could(office):
    assert able(office) == {name(office, "approver"): "yes", name(office, "second"): "yes"}


def test_who_lost_it_since_could_then_and_not_after(office):
    before = office.clock.at
    office.clock.forward(hours=1)
    with office.acting("arranger") as ctx:
        people.deactivate(ctx, ctx.get(Person, office.people["second"].person_id))
    then = able(office, at=before.isoformat())
    assert (name(office, "second") in then, name(office, "second") in able(office)) == (True, False)


def test_a_post_that_was_written_down_afterwards_let_nobody_approve(office):
    with office.acting("arranger") as ctx:
        unit = ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)
        late = make_person(ctx)
        post = posts.create_post(
            ctx, unit=unit, title="late", permissions=POST_TEMPLATES["approver"]
        )
    before = office.clock.at
    office.clock.forward(hours=2)
    with office.acting("arranger") as ctx:
        posts.assign(
            ctx, post=ctx.get(Post, post.id), person=ctx.get(Person, late.id),
            since=before - HOUR,
        )  # fmt: skip
    told = able(office, at=before.isoformat())[late.username]
    assert (told, able(office)[late.username]) == (
        "no: the post was written down afterwards",
        "yes",
    )


def test_what_an_upgrade_gave_to_a_post_let_nobody_approve_before(office, monkeypatch):
    monkeypatch.setattr(posts, "POST_TEMPLATES", {"watch": ("change.read",)})
    with office.acting("arranger") as ctx:
        unit = ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)
        person = make_person(ctx)
        post = posts.create_post(ctx, unit=unit, title="watch", template="watch")
        posts.assign(ctx, post=post, person=person)
    before = office.clock.at
    office.clock.forward(hours=1)
    monkeypatch.setattr(posts, "POST_TEMPLATES", {"watch": ("change.approve",)})
    with office.acting("arranger") as ctx:
        posts.follow_templates(ctx)
    then, now = able(office, at=before.isoformat()), able(office)
    assert (person.username in then, now[person.username]) == (False, "yes")


def test_who_asked_for_the_change_could_not(office):
    with office.acting("arranger") as ctx:
        person = ctx.get(Person, office.people["engineer"].person_id)
        unit = ctx.get(Unit, ctx.get(Device, office.ids["r1"]).governing_unit_id)
        post = posts.create_post(ctx, unit=unit, title="both", permissions=["change.approve"])
        posts.assign(ctx, post=post, person=person)
    change = office.requested("r1", "r2")
    told = able(office, device=None, change=change.id)
    assert told[name(office, "engineer")] == "no: asked for the change"
    assert told[name(office, "approver")] == "yes"


def test_an_absent_person_is_told_with_the_deputy_of_that_time(office):
    with office.acting("approver") as ctx:
        me, deputy = (ctx.get(Person, office.people[one].person_id)
                      for one in ("approver", "operator"))  # fmt: skip
        now = ctx.now()
        delegations.delegate(ctx, me, begins_at=now, ends_at=now + HOUR, reason="x", deputy=deputy)
    then = able(office)
    office.clock.forward(hours=1)
    assert (then[name(office, "approver")], then[name(office, "operator")]) == ("absent", "yes")
    assert able(office)[name(office, "approver")] == "yes"


@pytest.mark.parametrize(
    "given", [{"change": "1"}, {"device": None}, {"permission": "change.execute"}, {"at": None}]
)
def test_what_is_asked_has_to_be_clear(office, given):
    with pytest.raises(InvalidInput):
        able(office, **given)
