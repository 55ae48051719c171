"""Posts, and who holds them when."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from core.audit import AuditRecord
from core.errors import Conflict, InvalidInput, NotPermitted
from organization.people import actor_of
from organization.permissions import PERMISSIONS, POST_TEMPLATES, PostAuthority, Remembering
from organization.posts import assign, create_post, holders, list_posts, release
from tests.acting import acting
from tests.factories import make_person, make_post, make_unit

DAY = timedelta(days=1)


@pytest.fixture
def post(ctx, tree):
    return make_post(ctx, unit=tree[1], permissions=["event.read"], title="Operator")


@pytest.fixture
def person(ctx):
    return make_person(ctx, username="otto")


def may(ctx, person):
    return acting(ctx, person).units("event.read") != set()


def test_a_post_has_the_permissions_it_was_made_with(administrator, tree):
    post = create_post(
        administrator, unit=tree[3], title="Operator", permissions=["event.read", "event.read"],
        duties="Watches.",
    )  # fmt: skip
    assert (post.permissions, post.duties, post.governing_unit_id, post.label) == (
        ["event.read"], "Watches.", tree[3].id, "Operator",
    )  # fmt: skip
    assert administrator.recorded == ["post.created"]


@pytest.mark.parametrize(
    ("values", "error", "reason"),
    [
        ({"permissions": ["event.read", "everything"]}, InvalidInput, "everything; there are"),
        ({"title": " "}, InvalidInput, "needs a title"),
        ({"title": "Administrator"}, Conflict, "north has a post Administrator already"),
    ],
)
def test_a_wrong_post_is_refused(administrator, tree, values, error, reason):
    told = {"title": "Operator", "permissions": ["event.read"]} | values
    with pytest.raises(error, match=reason):
        create_post(administrator, unit=tree[1], **told)
    assert administrator.recorded == []


def test_posts_are_made_and_assigned_in_ones_jurisdiction_only(ctx, administrator, tree, person):
    with pytest.raises(NotPermitted):
        create_post(administrator, unit=tree[2], title="Operator", permissions=[])
    elsewhere = make_post(ctx, unit=tree[2], permissions=["event.read"])
    for action in (assign, release):
        with pytest.raises(NotPermitted):
            action(administrator, post=elsewhere, person=person)


def test_who_holds_a_post_has_its_permissions_until_released(ctx, administrator, post, person):
    assert not may(ctx, person)
    assign(administrator, post=post, person=person)
    assert (may(ctx, person), holders(ctx, post)) == (True, [person])
    release(administrator, post=post, person=person)
    assert (may(ctx, person), holders(ctx, post)) == (False, [])
    assert administrator.recorded == ["post.assigned", "post.released"]


def test_a_post_is_held_from_one_time_until_another(ctx, clock, administrator, post, person):
    start = clock() + DAY
    assign(administrator, post=post, person=person, since=start, until=start + DAY)
    seen = []
    for _ in range(3):
        seen.append((may(ctx, person), holders(ctx, post)))
        clock.forward(days=1)
    assert seen == [(False, []), (True, [person]), (False, [])]


def test_the_record_says_from_when_until_when(ctx, clock, administrator, post, person):
    assign(administrator, post=post, person=person, until=clock() + DAY)
    record = ctx.session.query(AuditRecord).order_by(AuditRecord.id.desc()).first()
    assert record.facts == {
        "person": ctx.identified(person.id), "unit": "north", "since": "2026-11-24T12:00:00+00:00",
        "until": "2026-11-25T12:00:00+00:00",
    }  # fmt: skip


@pytest.mark.parametrize(("since", "until"), [(None, -DAY), (None, 0 * DAY), (2 * DAY, DAY)])
def test_a_time_that_is_over_before_it_begins_is_refused(
    clock, administrator, post, person, since, until
):
    begins = clock() + since if since else None
    with pytest.raises(InvalidInput, match="yet to come"):
        assign(administrator, post=post, person=person, since=begins, until=clock() + until)


def test_nobody_assigns_a_post_to_themselves(ctx, administrator, tree, post):
    myself = holders(ctx, list_posts(administrator)[0])[0]
    assert administrator.person.person_id == myself.id
    with pytest.raises(Conflict, match="cannot assign a post to themselves"):
        assign(administrator, post=post, person=myself)
    assert (administrator.recorded, holders(ctx, post)) == ([], [])
    assert tree


def test_who_is_deactivated_gets_no_post(administrator, post, person):
    person.active = False
    with pytest.raises(Conflict, match="otto is deactivated"):
        assign(administrator, post=post, person=person)


@pytest.mark.parametrize("until", [None, DAY])
def test_a_post_is_not_given_twice_to_one_person(clock, administrator, post, person, until):
    end = clock() + until if until else None
    assign(administrator, post=post, person=person, until=end)
    with pytest.raises(Conflict, match="holds the post Operator already"):
        assign(administrator, post=post, person=person)


def test_several_persons_may_hold_one_post(ctx, administrator, post, person):
    other = make_person(ctx, username="anna")
    for one in (person, other):
        assign(administrator, post=post, person=one)
    assert holders(ctx, post) == [other, person]


def test_a_holding_with_an_end_is_released_before_it(ctx, clock, administrator, post, person):
    holding = assign(administrator, post=post, person=person, until=clock() + DAY)
    release(administrator, post=post, person=person)
    assert (holding.until, may(ctx, person)) == (clock(), False)


def test_a_holding_that_is_yet_to_begin_never_does(ctx, clock, administrator, post, person):
    assign(administrator, post=post, person=person, since=clock() + DAY)
    release(administrator, post=post, person=person)
    clock.forward(days=2)
    assert not may(ctx, person)
    assign(administrator, post=post, person=person)
    assert may(ctx, person)


def test_only_what_is_held_can_be_released(administrator, post, person):
    with pytest.raises(InvalidInput, match="otto does not hold the post Operator"):
        release(administrator, post=post, person=person)


def test_posts_are_seen_by_who_may_read_their_unit(ctx, administrator, post, tree):
    make_post(ctx, unit=tree[2], permissions=["event.read"])
    assert [row.title for row in list_posts(administrator)] == ["Administrator", "Operator"]
    assert post.unit is tree[1]


@pytest.mark.parametrize("name", POST_TEMPLATES)
def test_a_usual_post_allows_what_there_is_and_never_both_asking_and_approving(name):
    allowed = set(POST_TEMPLATES[name])
    assert allowed <= set(PERMISSIONS)
    asking = {"change.request", "change.execute"}
    assert not ("change.approve" in allowed and allowed & asking)


def test_permissions_for_the_whole_organization_come_from_a_root(ctx, tree):
    top, north = make_person(ctx), make_person(ctx)
    make_post(ctx, unit=tree[0], permissions=["event.read"], holder=top)
    make_post(ctx, unit=tree[1], permissions=["event.read"], holder=north)
    make_unit(ctx)
    allowed = [
        acting(ctx, one).authority.allows(ctx.session, acting(ctx, one).person, "event.read", None)
        for one in (top, north)
    ]
    assert allowed == [True, False]


def test_who_remembers_asks_once_and_tells_the_same(ctx, tree, person):
    make_post(ctx, unit=tree[1], permissions=["event.read"], holder=person)
    plain = PostAuthority(now=ctx.now)
    remembering, asked = Remembering(plain), []
    units = [unit.id for unit in tree]
    actor = actor_of(person)
    once = Remembering(CountedAuthority(plain, asked))
    for unit in (*units, *units, None):
        told = plain.allows(ctx.session, actor, "event.read", unit)
        assert remembering.allows(ctx.session, actor, "event.read", unit) == told
        if unit is not None:
            once.allows(ctx.session, actor, "event.read", unit)
    assert asked == ["event.read"]


@dataclass
class CountedAuthority:
    """Notes what it was asked for."""

    authority: PostAuthority
    asked: list[str]

    def units(self, session, actor, permission):
        self.asked.append(permission)
        return self.authority.units(session, actor, permission)
