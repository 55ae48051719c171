"""Jobs are enqueued with the transaction."""

from threading import Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.actor import Actor, Origin
from core.errors import NotFound
from core.queue import Job, enqueue, enqueue_all
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


@pytest.mark.parametrize(("delay", "waits"), [(None, None), (0.0, 0), (60.0, 60)])
def test_a_job_begins_after_its_delay_at_the_earliest(ctx, delay, waits):
    enqueue(ctx, "drift.scan", delay=delay)
    told = ctx.session.scalar(text("SELECT scheduled_at - now() FROM procrastinate_jobs"))
    assert (told if told is None else told.seconds) == waits


def test_one_job_of_a_queueing_lock_waits_at_most(ctx):
    assert enqueue(ctx, "drift.scan", queueing_lock="scan 1") is not None
    assert enqueue(ctx, "drift.scan", queueing_lock="scan 1") is None
    assert enqueue(ctx, "drift.scan", queueing_lock="scan 2") is not None
    assert len(jobs(ctx)) == 2


def test_of_many_jobs_each_is_told_its_own_number_or_that_its_like_waits(ctx):
    enqueue(ctx, "drift.scan", queueing_lock="scan 2")
    wanted = [Job(task=f"job {n}", queueing_lock=f"scan {n}" if n else None) for n in range(4)]
    told = enqueue_all(ctx, wanted)
    rows = ctx.session.execute(text("SELECT id, task_name FROM procrastinate_jobs")).all()
    names = {row.id: row.task_name for row in rows}
    assert [names.get(number) for number in told] == ["job 0", "job 1", None, "job 3"]


def test_of_many_jobs_alike_one_is_enqueued(ctx):
    first, second, other = enqueue_all(
        ctx, [Job(task="a", queueing_lock=lock) for lock in ("scan 1", "scan 1", "scan 2")]
    )
    assert (second, len({first, other}), len(jobs(ctx))) == (None, 2, 2)


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
