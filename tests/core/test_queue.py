"""Jobs are enqueued with the transaction."""

from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.actor import Actor, Origin
from core.errors import NotFound
from core.queue import enqueue
from organization.models import Unit
from tests.waiting import wait_until_blocked

WHO = (Actor(name="test"), Origin(door="job"))
JOBS = text(
    "SELECT task_name, queue_name, lock, queueing_lock, priority, args FROM procrastinate_jobs"
)


def jobs(ctx):
    return [tuple(row) for row in ctx.session.execute(JOBS)]


def test_a_job_waits_with_all_that_was_told(ctx):
    number = enqueue(
        ctx, "drift.scan", queue="collect", lock="device 1", queueing_lock="scan 1", priority=5,
        args={"device_ids": [1, 2]},
    )  # fmt: skip
    assert isinstance(number, int)
    told = ("drift.scan", "collect", "device 1", "scan 1", 5, {"device_ids": [1, 2]})
    assert jobs(ctx) == [told]


def test_what_is_not_told_has_a_default(ctx):
    enqueue(ctx, "operations.maintenance")
    assert jobs(ctx) == [("operations.maintenance", "default", None, None, 0, {})]


def test_one_job_of_a_queueing_lock_waits_at_most(ctx):
    assert enqueue(ctx, "drift.scan", queueing_lock="scan 1") is not None
    assert enqueue(ctx, "drift.scan", queueing_lock="scan 1") is None
    assert enqueue(ctx, "drift.scan", queueing_lock="scan 2") is not None
    assert len(jobs(ctx)) == 2


def test_a_transaction_that_fails_enqueues_nothing(runtime):
    with pytest.raises(NotFound), runtime.context(*WHO) as ctx:
        ctx.get(Unit, enqueue(ctx, "drift.scan"))
    with runtime.context(*WHO) as ctx:
        assert jobs(ctx) == []


def test_of_two_at_once_one_enqueues_and_the_other_sees_it(runtime):
    told = []

    def second():
        with runtime.context(*WHO) as ctx:
            told.append(enqueue(ctx, "drift.scan", queueing_lock="scan 1"))

    with runtime.context(*WHO) as ctx:
        first = enqueue(ctx, "drift.scan", queueing_lock="scan 1")
        other = Thread(target=second)
        other.start()
        wait_until_blocked(runtime.engine)
    other.join()
    with runtime.context(*WHO) as ctx:
        assert (told, len(jobs(ctx)), first is None) == ([None], 1, False)


def test_a_job_that_the_queue_refuses_is_told(ctx):
    with pytest.raises(IntegrityError):
        enqueue(ctx, None)
    assert jobs(ctx) == []
