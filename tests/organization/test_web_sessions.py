"""Signed-in browsers."""

from datetime import timedelta

import pytest

from organization.models import WebSession
from organization.tokens import digest
from organization.web_sessions import close, find, open_session
from tests.factories import make_person


@pytest.fixture
def erin(ctx):
    return make_person(ctx, username="erin")


def test_a_session_is_found_by_its_cookie_whose_hash_alone_is_kept(ctx, erin):
    session, cookie = open_session(ctx, erin)
    assert find(ctx, cookie) is session
    assert (session.token_hash, session.person) == (digest(cookie), erin)
    assert cookie not in {session.csrf_token, session.token_hash}
    assert ctx.recorded == ["session.opened"]


def test_a_session_ends_by_itself(ctx, clock, erin):
    session, cookie = open_session(ctx, erin)
    assert session.expires_at == clock() + timedelta(hours=12)
    clock.forward(hours=12)
    assert find(ctx, cookie) is None


def test_a_closed_session_is_gone(ctx, erin):
    _, cookie = open_session(ctx, erin)
    close(ctx, cookie)
    assert (find(ctx, cookie), ctx.session.query(WebSession).count()) == (None, 0)
    assert ctx.recorded == ["session.opened", "session.closed"]


def test_closing_what_is_not_open_does_nothing(ctx):
    close(ctx, "never opened")
    assert (find(ctx, "never opened"), ctx.recorded) == (None, [])


def test_the_session_of_who_is_deactivated_is_not_found(ctx, erin):
    _, cookie = open_session(ctx, erin)
    erin.active = False
    assert find(ctx, cookie) is None


def test_every_session_has_secrets_of_its_own(ctx, erin):
    (one, first), (two, second) = open_session(ctx, erin), open_session(ctx, erin)
    assert len({first, second, one.csrf_token, two.csrf_token}) == 4
