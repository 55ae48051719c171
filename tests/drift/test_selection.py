"""Which devices a scan reaches."""

import pytest

from core.errors import Conflict, NotFound, NotPermitted
from drift.selection import select_devices
from tests.factories import make_device, make_person, make_post, make_site, make_unit


def selected(ctx, **options):
    return select_devices(ctx, permission="drift.scan", **options)


@pytest.fixture
def here(ctx):
    return make_site(ctx, code="here")


def test_without_a_choice_all_active_devices_are_reached_by_name(ctx, here):
    second, first = make_device(ctx, site=here, hostname="b"), make_device(ctx, hostname="a")
    for state in ("planned", "maintenance", "retired"):
        make_device(ctx, state=state)
    assert selected(ctx) == (first.id, second.id)


def test_a_site_narrows_it(ctx, here):
    wanted = make_device(ctx, site=here)
    make_device(ctx)
    assert selected(ctx, site="here") == (wanted.id,)


def test_a_unit_narrows_it_to_itself_and_those_below(ctx):
    top = make_unit(ctx)
    below = make_site(ctx, unit=make_unit(ctx, parent=top))
    wanted = make_device(ctx, site=below)
    other = make_device(ctx)
    assert selected(ctx, unit_id=top.id) == (wanted.id,)
    assert selected(ctx, unit_id=top.id, device_ids=[wanted.id, other.id]) == (wanted.id,)


def test_named_devices_are_reached_even_in_maintenance(ctx):
    first, second = make_device(ctx, state="maintenance"), make_device(ctx)
    assert selected(ctx, hostnames=[first.hostname], device_ids=[second.id]) == (
        second.id, first.id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "error", "reason"),
    [
        ({"hostnames": ["nowhere"]}, NotFound, "device nowhere"),
        ({"device_ids": [4711]}, NotFound, "device 4711"),
        ({"site": "nowhere"}, NotFound, "site nowhere"),
    ],
)
def test_what_does_not_exist_is_named(ctx, options, error, reason):
    make_unit(ctx)
    with pytest.raises(error, match=reason):
        selected(ctx, **options)


def test_a_retired_device_is_refused_by_name(ctx):
    device = make_device(ctx, hostname="old", state="retired")
    with pytest.raises(Conflict, match="old is retired"):
        selected(ctx, device_ids=[device.id])


def test_a_device_outside_the_jurisdiction_is_not_reached(ctx, as_holder):
    unit = make_unit(ctx)
    post = make_post(
        ctx, unit=unit, permissions=["drift.scan", "device.read"], holder=make_person(ctx)
    )
    mine, other = make_device(ctx, site=make_site(ctx, unit=unit)), make_device(ctx)
    holder = as_holder(post)
    assert selected(holder) == (mine.id,)
    with pytest.raises(NotPermitted, match=r"drift\.scan"):
        selected(holder, device_ids=[other.id])


def test_without_the_permission_nothing_is_reached(ctx, as_holder):
    post = make_post(ctx, unit=make_unit(ctx), permissions=[], holder=make_person(ctx))
    with pytest.raises(NotPermitted):
        selected(as_holder(post))
