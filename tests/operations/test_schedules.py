"""Schedules: made, paused, resumed, listed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from operations import schedules
from operations.triggers import InvalidJitter, InvalidTrigger, splay
from tests.factories import make_unit


def make(ctx, **values):
    told = {"name": "nightly", "job": "drift.scan", "trigger": "every 15m"} | values
    return schedules.create_schedule(ctx, **told)


def test_a_schedule_is_due_first_at_its_triggers_next_time(ctx, clock):
    schedule = make(ctx, args={"site": "berlin"})
    assert schedule.next_fire_at == clock() + timedelta(minutes=15)
    assert (schedule.args, schedule.enabled) == ({"site": "berlin"}, True)
    assert schedule.created_by_id == ctx.person.person_id
    assert ctx.recorded == ["schedule.created"]


def test_a_schedule_with_a_jitter_is_later_by_its_own_share_of_it(ctx, clock):
    schedule = make(ctx, jitter_seconds=600)
    share = splay("nightly", 600)
    assert schedule.next_fire_at == clock() + timedelta(minutes=15) + share
    clock.at = schedule.next_fire_at
    assert schedules.next_time(schedule, now=clock()) == clock() + timedelta(minutes=15)
    assert share > timedelta(0)


def test_a_units_schedule_reaches_that_unit_only(ctx):
    unit, other = make_unit(ctx), make_unit(ctx)
    schedule = make(ctx, unit_id=unit.id, args={"unit_id": other.id})
    assert schedule.args == {"unit_id": unit.id}


def test_a_clock_that_moves_on_while_a_schedule_is_made_does_not_fire_it_early(ctx, clock):
    def passing():
        clock.forward(seconds=0.001)
        return clock()

    start = clock()
    schedule = make(replace(ctx, now=passing))
    assert schedule.next_fire_at > start + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("values", "error", "reason"),
    [
        ({"trigger": "now and then"}, InvalidTrigger, "neither"),
        ({"job": "coffee.make"}, NotFound, "drift.scan"),
        ({"job": "changes.execute", "args": {"change_id": 1}}, InvalidInput, "approval"),
        ({"args": {"sight": "berlin"}}, InvalidInput, "argument sight"),
        ({"args": {"device_ids": ["x"]}}, InvalidInput, r"device_ids\.0"),
        ({"name": " "}, InvalidInput, "name"),
        ({"timezone": "Mars/Olympus"}, InvalidTrigger, "time zone"),
        ({"jitter_seconds": -1}, InvalidJitter, "jitter of -1 s"),
        ({"jitter_seconds": 86401}, InvalidJitter, "0 s to a day"),
        ({"unit_id": 4711}, NotFound, "unit 4711"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_and_leaves_nothing(ctx, values, error, reason):
    with pytest.raises(error, match=reason):
        make(ctx, **values)
    assert (schedules.list_schedules(ctx), ctx.recorded) == ([], [])


def test_a_name_is_given_once(ctx):
    make(ctx)
    with pytest.raises(Conflict, match="schedule nightly already"):
        make(ctx)


def test_a_paused_schedule_is_never_due_and_a_resumed_one_starts_from_now(ctx, clock):
    schedule = make(ctx)
    schedules.pause(ctx, schedule.id)
    assert (schedule.enabled, schedule.next_fire_at) == (False, None)
    clock.forward(days=1)
    schedules.resume(ctx, schedule.id)
    assert (schedule.enabled, schedule.next_fire_at) == (True, clock() + timedelta(minutes=15))
    assert ctx.recorded == ["schedule.created", "schedule.paused", "schedule.resumed"]


def test_a_schedule_can_be_made_due_at_once_unless_it_is_paused(ctx, clock):
    schedule = make(ctx)
    assert schedules.fire_now(ctx, schedule.id).next_fire_at == clock()
    schedules.pause(ctx, schedule.id)
    with pytest.raises(Conflict, match="paused"):
        schedules.fire_now(ctx, schedule.id)


def test_schedules_are_listed_by_name_and_found_by_it(ctx):
    unit = make_unit(ctx)
    second, first = make(ctx, name="b"), make(ctx, name="a", unit_id=unit.id)
    assert schedules.list_schedules(ctx) == [first, second]
    assert schedules.list_schedules(ctx, after="a", limit=1) == [second]
    assert schedules.list_schedules(ctx, limit=1) == [first]
    assert schedules.by_name(ctx, "b") is second
    assert schedules.by_name(ctx, "c") is None


def test_those_that_fire_in_a_time_are_told_in_order(ctx, clock):
    make_unit(ctx)
    later, soon = make(ctx, name="a", trigger="every 3h"), make(ctx, name="b", trigger="every 1h")
    make(ctx, name="c", trigger="every 9h")
    schedules.pause(ctx, make(ctx, name="d", trigger="every 1h").id)
    until = clock() + timedelta(hours=4)
    assert schedules.firing(ctx, since=clock(), until=until) == [soon, later]


def test_maintenance_is_scheduled_once(ctx):
    make_unit(ctx)
    schedules.ensure_maintenance(ctx)
    schedules.ensure_maintenance(ctx)
    assert [row.job for row in schedules.list_schedules(ctx)] == ["operations.maintenance"]
