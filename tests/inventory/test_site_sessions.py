"""How many devices of a site are collected at a time."""

import pytest

from core.errors import InvalidInput, NotFound, NotPermitted
from inventory.collecting import wanted
from inventory.sites import limit_sessions
from tests.acting import acting
from tests.factories import make_device, make_person, make_site


def test_a_site_is_limited_and_set_free_again_and_both_are_recorded(ctx):
    site = make_site(ctx)
    assert limit_sessions(ctx, site.id, 2).max_sessions == 2
    assert limit_sessions(ctx, site.id, None).max_sessions is None
    assert ctx.recorded == ["site.sessions_limited"] * 2


def test_a_limit_holds_for_the_next_collection(ctx):
    site = make_site(ctx)
    limit_sessions(ctx, site.id, 1)
    ids = [make_device(ctx, site=site).id for _ in range(2)]
    throttle = wanted.throttle(ctx, ids)
    assert (throttle.next().device_id, throttle.next()) == (ids[0], None)


@pytest.mark.parametrize("most", [0, -1, 1001])
def test_a_limit_that_cannot_be_is_refused(ctx, most):
    site = make_site(ctx)
    with pytest.raises(InvalidInput, match="1 to 1000"):
        limit_sessions(ctx, site.id, most)
    assert (site.max_sessions, ctx.recorded) == (None, [])


def test_who_may_not_change_a_site_does_not_limit_it(ctx):
    site = make_site(ctx)
    with pytest.raises(NotPermitted, match=r"device\.write"):
        limit_sessions(acting(ctx, make_person(ctx)), site.id, 2)


def test_a_site_that_does_not_exist_is_not_found(ctx):
    with pytest.raises(NotFound, match="site 4711"):
        limit_sessions(ctx, 4711, 2)
