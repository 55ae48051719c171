"""Workers run the queue's jobs, and come back when the database was away."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.database import close, connect
from core.queue import enqueue
from operations.job_kinds import KINDS
from scheduler import jobs as jobs_room
from scheduler.service import WorkerService
from tests.scheduler.running import context, jobs, wait_for


@pytest.fixture
def ran(monkeypatch):
    """Stands in for the reaper: notes what the job was given."""
    seen = []

    def note(work, args):
        seen.append((work, args))
        return "noted"

    monkeypatch.setitem(jobs_room.RUN, "changes.reap", note)
    return seen


def put(runtime, task="changes.reap", **options):
    with context(runtime) as ctx:
        return enqueue(ctx, task, **options)


def states(runtime):
    return [state for _, _, state, _ in jobs(runtime)]


@pytest.mark.usefixtures("worker")
def test_a_job_runs_as_the_platform_with_its_own_permissions_only(runtime, ran):
    job = put(runtime)
    wait_for(lambda: states(runtime) == ["succeeded"])
    [(work, args)] = ran
    assert (args, work.request_id) == ({}, f"job {job}")
    with replace(work, held=None).context() as ctx:
        assert (ctx.person.name, ctx.person.granted, ctx.origin.door) == (
            "trimtab scheduler", KINDS["changes.reap"].granted, "job",
        )  # fmt: skip


@pytest.mark.usefixtures("ran", "worker")
def test_a_job_that_fails_is_marked_and_the_worker_goes_on(runtime, monkeypatch):
    def broken(_work, _args):
        raise RuntimeError("no")

    monkeypatch.setitem(jobs_room.RUN, "operations.maintenance", broken)
    put(runtime, "operations.maintenance")
    put(runtime)
    wait_for(lambda: states(runtime) == ["failed", "succeeded"])


@pytest.mark.usefixtures("worker")
def test_a_job_with_arguments_it_does_not_take_fails(runtime):
    put(runtime, "drift.scan", args={"sight": "berlin"})
    wait_for(lambda: states(runtime) == ["failed"])


@pytest.mark.usefixtures("ran", "worker")
def test_a_worker_comes_back_after_its_database_connections_were_cut(runtime):
    put(runtime)
    wait_for(lambda: states(runtime) == ["succeeded"])
    cut(runtime)
    put(runtime)
    wait_for(lambda: states(runtime) == ["succeeded", "succeeded"])


def cut(runtime):
    with runtime.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


@pytest.mark.usefixtures("ran", "worker")
def test_a_worker_comes_back_when_the_database_refuses_for_a_while(runtime):
    put(runtime)
    wait_for(lambda: states(runtime) == ["succeeded"])
    name = runtime.engine.url.database
    admin = runtime.engine.url.set(database="postgres")
    engine = connect(admin.render_as_string(hide_password=False))
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
        time.sleep(1.0)
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    close(engine)
    put(runtime)
    wait_for(lambda: states(runtime) == ["succeeded", "succeeded"])


@pytest.mark.usefixtures("ran")
def test_a_worker_of_one_queue_leaves_the_others(runtime):
    service = WorkerService(runtime, queues=["collect"])
    service.start()
    put(runtime)
    put(runtime, "drift.scan", queue="collect")
    wait_for(lambda: states(runtime)[1] != "todo")
    service.stop()
    assert states(runtime)[0] == "todo"


def test_a_stop_waits_for_the_job_under_way_and_tells_it(runtime, monkeypatch):
    begun, told = threading.Event(), []

    def long(work, _args):
        begun.set()
        told.append(work.stopping.wait(10))
        return "ended in order"

    monkeypatch.setitem(jobs_room.RUN, "changes.reap", long)
    service = WorkerService(runtime)
    service.start()
    put(runtime)
    assert begun.wait(10)
    service.stop()
    assert (told, service.alive, states(runtime)) == ([True], False, ["succeeded"])


def test_an_idle_worker_stops_within_a_second(runtime):
    service = WorkerService(runtime)
    service.start()
    wait_for(lambda: workers(runtime) == 1)
    begun = time.monotonic()
    service.stop()
    assert time.monotonic() - begun < 2
    assert workers(runtime) == 0


def workers(runtime):
    with runtime.engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM procrastinate_workers"))


def test_a_worker_that_never_started_stops_at_once(runtime):
    WorkerService(runtime).stop()


def test_more_jobs_than_one_run_side_by_side(runtime, monkeypatch):
    meeting = threading.Barrier(3)

    def meet(_work, _args):
        meeting.wait(10)
        return "met"

    monkeypatch.setitem(jobs_room.RUN, "changes.reap", meet)
    wide = replace(runtime, settings=runtime.settings.model_copy(update={"worker_jobs": 3}))
    service = WorkerService(wide)
    service.start()
    for _ in range(3):
        put(runtime)
    wait_for(lambda: states(runtime) == ["succeeded"] * 3)
    service.stop()
