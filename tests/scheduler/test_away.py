"""Queues whose workers are away: an event, and their jobs where that is wanted."""

import pytest
from sqlalchemy import text

from core.queue import enqueue
from operations.queue_models import QueueWorker
from operations.queues import create_queue
from scheduler.away import tend
from tests.factories import make_unit
from tests.scheduler.running import context, jobs


def queue(runtime, if_away, *, minutes):
    """A queue whose only worker was last seen so many minutes ago."""
    with context(runtime) as ctx:
        ctx.person = type(ctx.person)(name="installer", granted=frozenset({"organization.write"}))
        made = create_queue(ctx, name="far", unit=make_unit(ctx), if_away=if_away)
        worker = ctx.session.scalar(text("SELECT * FROM procrastinate_register_worker_v1()"))
        ctx.add(QueueWorker(id=worker, name="far:1", host="far", version="1", queues=[made.name]))
        ago = {"ago": minutes, "id": worker}
        ctx.session.execute(
            text(
                "UPDATE procrastinate_workers SET last_heartbeat ="
                " now() - make_interval(mins => :ago) WHERE id = :id"
            ),
            ago,
        )
        enqueue(ctx, "drift.scan", queue=made.name)


def tended(runtime):
    with context(runtime) as ctx:
        return tend(ctx)


def events(runtime):
    with runtime.engine.connect() as one:
        rows = one.execute(text("SELECT fingerprint, state, count FROM event ORDER BY id"))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("if_away", "minutes", "moved", "where"),
    [
        ("move:15m", 20, 1, "collect"), ("move:15m", 10, 0, "far"), ("wait:15m", 20, 0, "far"),
        ("wait:15m", 10, 0, "far"),
    ],
)  # fmt: skip
def test_jobs_move_after_the_time_and_where_that_is_wanted(runtime, if_away, minutes, moved, where):
    queue(runtime, if_away, minutes=minutes)
    assert tended(runtime) == moved
    assert [(task, at) for task, at, *_ in jobs(runtime)] == [("drift.scan", where)]


def test_being_away_is_one_event_however_often_it_is_noticed(runtime):
    queue(runtime, "wait", minutes=20)
    tended(runtime)
    tended(runtime)
    assert events(runtime) == [("queue_away:far", "open", 1)]


def test_the_event_closes_when_a_worker_beats_again(runtime):
    queue(runtime, "wait", minutes=20)
    tended(runtime)
    with runtime.engine.begin() as one:
        one.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now()"))
    tended(runtime)
    assert events(runtime) == [("queue_away:far", "closed", 1)]


def test_a_worker_that_was_struck_off_counts_from_its_last_beat(runtime):
    queue(runtime, "move:15m", minutes=20)
    tended(runtime)
    with runtime.engine.begin() as one:
        one.execute(text("DELETE FROM procrastinate_workers"))
    tended(runtime)
    assert events(runtime) == [("queue_away:far", "open", 1)]
