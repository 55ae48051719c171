"""The clock fires each due schedule once, into the queue, with the schedule's advance."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from operations.schedule_models import Schedule
from operations.schedules import create_schedule, pause
from scheduler import clock as clock_room
from scheduler.clock import Clock, call_reaper, tick
from tests.scheduler.running import context, jobs


@pytest.fixture
def scan(runtime):
    with context(runtime) as ctx:
        return create_schedule(
            ctx, name="scan", job="drift.scan", trigger="every 15m", args={"site": "berlin"}
        ).id


def schedule(runtime, key):
    with context(runtime) as ctx:
        return ctx.get(Schedule, key)


@pytest.mark.usefixtures("scan")
def test_nothing_is_fired_before_its_time(runtime):
    assert tick(runtime) == 0
    assert jobs(runtime) == []


def test_a_due_schedule_is_enqueued_and_advanced(runtime, scan, clock):
    clock.forward(minutes=15)
    assert tick(runtime) == 1
    row = schedule(runtime, scan)
    assert (row.last_fire_at, row.next_fire_at) == (clock(), clock() + timedelta(minutes=15))
    assert jobs(runtime) == [("drift.scan", "collect", "todo", {"site": "berlin"})]


def test_a_late_clock_fires_once_for_all_that_it_missed(runtime, scan, clock):
    start = clock()
    clock.forward(hours=3, minutes=1)
    assert (tick(runtime), tick(runtime)) == (1, 0)
    assert schedule(runtime, scan).next_fire_at == start + timedelta(hours=3, minutes=15)


@pytest.mark.usefixtures("scan")
def test_a_schedule_whose_job_still_waits_gets_no_second_one(runtime, clock):
    for _ in range(3):
        clock.forward(minutes=15)
        assert tick(runtime) == 1
    assert len(jobs(runtime)) == 1


def test_a_paused_schedule_does_not_fire(runtime, scan, clock):
    with context(runtime) as ctx:
        pause(ctx, scan)
    clock.forward(days=1)
    assert tick(runtime) == 0


@pytest.mark.usefixtures("scan")
def test_the_firing_is_recorded(runtime, clock):
    clock.forward(minutes=15)
    tick(runtime)
    with runtime.engine.connect() as connection:
        action = connection.scalar(text("SELECT action FROM audit_record ORDER BY id DESC LIMIT 1"))
    assert action == "schedule.fired"


@pytest.mark.usefixtures("scan")
def test_a_schedule_that_another_clock_is_firing_is_left_to_it(runtime, clock):
    clock.forward(minutes=15)
    with runtime.engine.begin() as other:
        other.execute(text("SELECT id FROM schedule FOR UPDATE"))
        assert tick(runtime) == 0
    assert tick(runtime) == 1


@pytest.mark.usefixtures("scan")
def test_clocks_that_tick_at_the_same_moment_fire_once(runtime, clock):
    clock.forward(minutes=15)
    barrier = threading.Barrier(4)

    def strike(_clock):
        barrier.wait()
        return [tick(runtime) for _ in range(3)]

    with ThreadPoolExecutor(4) as clocks:
        fired = [count for counts in clocks.map(strike, range(4)) for count in counts]
    assert (sum(fired), len(jobs(runtime))) == (1, 1)


def test_a_firing_that_fails_leaves_schedule_and_queue_as_they_were(
    runtime, scan, clock, monkeypatch
):
    clock.forward(minutes=15)

    def broken(*_args, **_options):
        raise RuntimeError

    monkeypatch.setattr(clock_room, "next_time", broken)
    with pytest.raises(RuntimeError):
        tick(runtime)
    assert (jobs(runtime), schedule(runtime, scan).last_fire_at) == ([], None)


def test_the_reaper_is_called_once_however_often_it_is_due(runtime):
    call_reaper(runtime)
    call_reaper(runtime)
    assert jobs(runtime) == [("changes.reap", "default", "todo", {})]


@pytest.mark.usefixtures("scan")
def test_a_running_clock_makes_the_maintenance_schedule_and_fires(runtime, clock):
    clock.forward(minutes=15)
    ticking = Clock(runtime)
    ticking.start()
    try:
        deadline = time.monotonic() + 10
        while not jobs(runtime) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        ticking.stop()
    assert [job[0] for job in jobs(runtime)] == ["drift.scan"]
    assert not ticking.running
    with context(runtime) as ctx:
        names = ctx.session.query(Schedule.name).order_by(Schedule.name).all()
    assert [name for (name,) in names] == ["maintenance", "scan"]


def test_a_clock_survives_a_database_that_is_away(runtime, caplog):
    def away(_runtime):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    clock_room._survive(away, runtime)
    assert "away failed and is tried again" in caplog.text
