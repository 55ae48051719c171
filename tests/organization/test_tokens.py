"""Bearer tokens."""

from datetime import timedelta

import pytest

from core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from organization.tokens import TokenRefused, digest, issue, list_tokens, person_of_token, revoke
from tests.acting import acting
from tests.factories import make_person, make_post


@pytest.fixture
def erin(ctx):
    return make_person(ctx, username="erin")


@pytest.fixture
def mine(ctx, erin):
    """Erin's own context; she holds no post."""
    return acting(ctx, erin)


def test_a_token_names_its_person_and_only_its_hash_is_kept(mine, erin, clock):
    row, token = issue(mine, person=erin, name="laptop", days=7)
    assert person_of_token(mine, token) is erin
    assert (row.token_hash, row.expires_at) == (digest(token), clock() + timedelta(days=7))
    assert token.startswith("trimtab_")
    assert len(token) > 40
    assert mine.recorded == ["token.issued"]


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ("hook", "person"),
        ("person", "hook"),
        ("feed", "person"),
        ("person", "feed"),
        ("hook", "feed"),
    ],
)
def test_a_token_opens_nothing_but_what_it_is_for(mine, erin, made, asked):
    _, token = issue(mine, person=erin, name="netbox", use=made)
    assert person_of_token(mine, token, use=made) is erin
    with pytest.raises(TokenRefused, match="webhooks only"):
        person_of_token(mine, token, use=asked)


def test_a_token_ends_by_itself(mine, erin, clock):
    _, token = issue(mine, person=erin, name="laptop", days=7)
    clock.forward(days=7)
    with pytest.raises(TokenRefused, match="laptop ended on 2026-12-01"):
        person_of_token(mine, token)


def test_a_revoked_token_is_refused_at_once(mine, erin, clock):
    row, token = issue(mine, person=erin, name="laptop")
    assert revoke(mine, row.id).revoked_at == clock()
    with pytest.raises(TokenRefused, match="not valid"):
        person_of_token(mine, token)
    assert mine.recorded == ["token.issued", "token.revoked"]


def test_a_token_is_revoked_once(mine, erin):
    row, _ = issue(mine, person=erin, name="laptop")
    revoke(mine, row.id)
    with pytest.raises(Conflict, match="laptop was revoked on 2026-11-24 already"):
        revoke(mine, row.id)


@pytest.mark.parametrize("token", ["", "trimtab_", "trimtab_guessed", "ü"])
def test_what_is_no_token_is_refused(mine, token):
    with pytest.raises(TokenRefused, match="not valid"):
        person_of_token(mine, token)


def test_an_unknown_token_cannot_be_revoked(mine):
    with pytest.raises(NotFound):
        revoke(mine, 4711)


def test_the_token_of_who_is_deactivated_is_refused(mine, erin):
    _, token = issue(mine, person=erin, name="laptop")
    erin.active = False
    with pytest.raises(TokenRefused):
        person_of_token(mine, token)
    with pytest.raises(Conflict, match="erin is deactivated"):
        issue(mine, person=erin, name="phone")


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_lasts_a_year_at_most(mine, erin, days):
    with pytest.raises(InvalidInput, match="between 1 and 366 days"):
        issue(mine, person=erin, name="laptop", days=days)


def test_a_token_needs_a_name(mine, erin):
    with pytest.raises(InvalidInput, match="what it is for"):
        issue(mine, person=erin, name=" ")


def test_the_tokens_of_others_need_the_permission_for_the_whole(
    ctx, erin, mine, administrator, tree
):
    row, _ = issue(mine, person=erin, name="laptop")
    for action in (
        lambda one: issue(one, person=erin, name="spare"),
        lambda one: list_tokens(one, erin),
        lambda one: revoke(one, row.id),
    ):
        with pytest.raises(NotPermitted, match=r"token\.write on erin"):
            action(administrator)
    chief = make_person(ctx)
    make_post(ctx, unit=tree[0], permissions=["token.write"], holder=chief)
    spare, _ = issue(acting(ctx, chief), person=erin, name="spare")
    assert list_tokens(acting(ctx, chief), erin) == [row, spare]
    assert revoke(acting(ctx, chief), row.id).label == "laptop"


def test_one_sees_ones_own_tokens(ctx, mine, erin):
    row, _ = issue(mine, person=erin, name="laptop")
    other = make_person(ctx)
    issue(acting(ctx, other), person=other, name="other")
    assert list_tokens(mine, erin) == [row]
