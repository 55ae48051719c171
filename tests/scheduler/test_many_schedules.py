"""Many schedules due at the same moment: fired in portions, each once, by any clock."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from operations.schedule_models import Schedule
from scheduler import clock as clock_room
from scheduler.clock import tick
from tests.scheduler.running import context, jobs

MANY, AT_A_TIME, CLOCKS = 90, 20, 2
FIRED = text("SELECT subject_id::int FROM audit_record WHERE action = 'schedule.fired'")


@pytest.fixture(autouse=True)
def many(runtime, clock, monkeypatch):
    """So many schedules, the first due for longest."""
    monkeypatch.setattr(clock_room, "DUE_AT_A_TIME", AT_A_TIME)
    rows = [
        {"name": f"edge {number}", "job": "drift.scan", "args": {}, "trigger": "every 15m",
         "timezone": "UTC", "enabled": True, "next_fire_at": clock() + timedelta(seconds=number)}
        for number in range(MANY)
    ]  # fmt: skip
    clock.forward(minutes=5)
    with runtime.engine.begin() as connection:
        return list(connection.scalars(insert(Schedule).returning(Schedule.id), rows))


def fired(runtime):
    with runtime.engine.connect() as connection:
        return Counter(connection.scalars(FIRED))


def test_what_is_due_is_fired_in_portions_the_longest_due_first(runtime, many):
    assert tick(runtime) == AT_A_TIME
    assert sorted(fired(runtime)) == many[:AT_A_TIME]
    told = [tick(runtime) for _ in range(5)]
    assert told == [20, 20, 20, 10, 0]
    assert fired(runtime) == Counter(many)


def test_two_clocks_fire_none_of_many_twice(runtime, many):
    barrier = threading.Barrier(CLOCKS)

    def strike(_clock):
        barrier.wait()
        return [tick(runtime) for _ in range(MANY // AT_A_TIME + 1)]

    with ThreadPoolExecutor(CLOCKS) as clocks:
        told = [count for counts in clocks.map(strike, range(CLOCKS)) for count in counts]
    assert (sum(told), fired(runtime), len(jobs(runtime))) == (MANY, Counter(many), MANY)


def test_those_whose_job_waits_get_none_and_the_others_theirs(runtime, many, clock):
    tick(runtime)
    with runtime.engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs WHERE id % 2 = 0"))
        connection.execute(text("UPDATE schedule SET next_fire_at = :at"), {"at": clock()})
    while tick(runtime):
        pass
    with context(runtime) as ctx:
        locks = ctx.session.scalars(text("SELECT queueing_lock FROM procrastinate_jobs"))
        assert sorted(locks) == sorted(f"schedule:{key}" for key in many)
