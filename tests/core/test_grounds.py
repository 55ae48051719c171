"""What a record says of why its actor might act, and of the work that it belongs to."""

import json
from dataclasses import replace

from core.actor import Actor, Work
from core.audit import Subject
from organization.permissions import PostAuthority, Remembering
from tests.acting import acting
from tests.factories import make_device, make_person, make_post, make_site, make_unit
from tests.statements import statements

NOTHING = Subject(type="test", id="0", label="test")


def told(record, member="acting_for"):
    return json.loads(record.canonical)[member]


def post_of(post, unit, permission="device.write"):
    return {
        "permission": permission, "post": {"id": post.id, "title": post.title},
        "unit": {"id": unit.id, "code": unit.code},
    }  # fmt: skip


def test_a_record_names_the_post_that_gave_the_permission(ctx):
    person, unit = make_person(ctx), make_unit(ctx)
    make_post(ctx, unit=unit, permissions=["device.read"], holder=person)
    post = make_post(ctx, unit=unit, permissions=["device.write"], holder=person)
    mine, device = acting(ctx, person), make_device(ctx, site=make_site(ctx, unit=unit))
    mine.require("device.write", device)
    mine.require("device.read", device)
    assert told(mine.record("test.done", device)) == post_of(post, unit)


def test_the_nearest_post_above_the_subject_counts_then_the_oldest(ctx):
    person, top = make_person(ctx), make_unit(ctx)
    middle = make_unit(ctx, parent=top)
    unit = make_unit(ctx, parent=middle)
    make_post(ctx, unit=top, permissions=["device.write"], holder=person)
    near = make_post(ctx, unit=middle, permissions=["device.write"], holder=person)
    make_post(ctx, unit=middle, permissions=["device.write"], holder=person)
    device = make_device(ctx, site=make_site(ctx, unit=unit))
    mine = acting(ctx, person)
    mine.require("device.write", device)
    assert told(mine.record("test.done", device)) == post_of(near, middle)


def test_what_was_asked_for_anywhere_is_looked_for_where_the_subject_is(ctx):
    person, one, other = make_person(ctx), make_unit(ctx), make_unit(ctx)
    first = make_post(ctx, unit=one, permissions=["device.write"], holder=person)
    second = make_post(ctx, unit=other, permissions=["device.write"], holder=person)
    mine = acting(ctx, person)
    mine.require("device.write")
    assert told(mine.record("test.done", NOTHING)) == post_of(first, one)
    assert told(mine.record("test.done", other)) == post_of(second, other)


def test_reading_counts_where_nothing_else_was_asked_for(ctx):
    person, unit = make_person(ctx), make_unit(ctx)
    post = make_post(ctx, unit=unit, permissions=["audit.read"], holder=person)
    mine = acting(ctx, person)
    mine.require("audit.read")
    assert told(mine.record("test.done", NOTHING)) == post_of(post, unit, "audit.read")


def test_whoever_needs_no_permission_acts_for_no_post(ctx):
    assert told(acting(ctx, make_person(ctx)).record("test.done", NOTHING)) is None


def test_the_platform_acts_for_no_post(ctx):
    job = Actor(name="job", granted=frozenset({"device.write"}))
    platform = replace(ctx, person=job, authority=PostAuthority(now=ctx.now))
    platform.require("device.write")
    assert told(platform.record("test.done", NOTHING)) is None


def test_a_post_is_asked_for_once(ctx):
    person, unit = make_person(ctx), make_unit(ctx)
    make_post(ctx, unit=unit, permissions=["device.write"], holder=person)
    mine = acting(ctx, person)
    mine.authority = Remembering(mine.authority)
    mine.require("device.write", unit)
    mine.record("test.done", unit)
    with statements(ctx) as made:
        for _ in range(3):
            mine.record("test.done", unit)
    assert [one for one in made if not one.startswith("INSERT")] == []


def test_a_record_belongs_to_the_work_under_way(ctx):
    ctx.work = Work(change_id=12, execution_id=34)
    record = ctx.record("test.done", NOTHING)
    assert (told(record, "change"), told(record, "execution")) == (12, 34)
    assert (record.change_id, record.execution_id) == (12, 34)
