"""Jobs of dead workers, and jobs that are long done."""

import pytest
from sqlalchemy import text

from core.queue import enqueue
from scheduler.clock import call_reaper
from scheduler.leftovers import Mended, clear_finished, mend_stalled
from tests.scheduler.running import context, jobs


@pytest.fixture
def sql(runtime):
    def run(statement, **values):
        with runtime.engine.begin() as connection:
            return connection.execute(text(statement), values)

    return run


@pytest.fixture
def left(runtime, sql):
    """A job that a worker took and never finished; `silent` seconds since its last heartbeat."""

    def make(task, *, silent=60, queueing_lock=None):
        with context(runtime) as ctx:
            job = enqueue(ctx, task, queueing_lock=queueing_lock)
        worker = sql(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => :silent)) RETURNING id",
            silent=silent,
        ).scalar()
        sql(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE id = :job",
            worker=worker, job=job,
        )  # fmt: skip
        return job

    return make


def mend(runtime):
    with context(runtime) as ctx:
        return mend_stalled(ctx)


def states(runtime):
    return [state for _, _, state, _ in jobs(runtime)]


def test_a_scan_of_a_dead_worker_runs_again(runtime, left):
    left("drift.scan")
    assert mend(runtime) == Mended(again=1, given_up=0)
    assert states(runtime) == ["todo"]


def test_a_job_whose_worker_is_gone_altogether_runs_again(runtime, left, sql):
    left("drift.scan")
    sql("DELETE FROM procrastinate_workers")
    assert mend(runtime) == Mended(again=1, given_up=0)


def test_a_job_of_a_living_worker_is_left_alone(runtime, left):
    left("drift.scan", silent=5)
    assert mend(runtime) == Mended(again=0, given_up=0)
    assert states(runtime) == ["doing"]


@pytest.mark.parametrize("task", ["changes.execute", "a.job.of.another.version"])
def test_a_change_is_never_run_again_by_the_queue(runtime, left, task):
    left(task)
    assert mend(runtime) == Mended(again=0, given_up=1)
    assert states(runtime) == ["failed"]


def test_a_job_that_a_waiting_one_replaces_is_given_up(runtime, left):
    left("drift.scan", queueing_lock="schedule:1")
    with context(runtime) as ctx:
        enqueue(ctx, "drift.scan", queueing_lock="schedule:1")
    assert mend(runtime) == Mended(again=0, given_up=1)
    assert states(runtime) == ["failed", "todo"]


def test_jobs_that_ended_long_ago_are_cleared(runtime, left, sql):
    old, young, waiting = left("drift.scan"), left("drift.scan"), left("drift.scan")
    for job in (old, young):
        sql("SELECT procrastinate_finish_job_v1(:job, 'succeeded', false)", job=job)
    sql("UPDATE procrastinate_events SET at = now() - interval '3 days' WHERE job_id <> :young",
        young=young)  # fmt: skip
    with context(runtime) as ctx:
        assert clear_finished(ctx) == 1
    with runtime.engine.connect() as connection:
        kept = connection.scalars(text("SELECT id FROM procrastinate_jobs ORDER BY id")).all()
    assert kept == [young, waiting]


def test_a_worker_that_died_while_it_reaped_keeps_nobody_from_reaping(runtime, left, sql):
    job = left("changes.reap", queueing_lock="changes.reap")
    sql("UPDATE procrastinate_jobs SET lock = 'changes.reap' WHERE id = :job", job=job)
    call_reaper(runtime)
    assert states(runtime) == ["todo"]
