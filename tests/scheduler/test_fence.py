"""A job belongs to whoever took it last."""

from threading import Event

import pytest
from sqlalchemy import text

from core.queue import enqueue
from inventory.models import Device
from operations.job_kinds import KINDS
from scheduler.leftovers import mend_stalled
from scheduler.rerun import left
from scheduler.work import DatabaseLost, JobTaken, Work
from tests.factories import make_device
from tests.scheduler import far
from tests.scheduler.running import context


@pytest.fixture
def held(runtime):
    """A job as a worker took it."""
    with context(runtime) as ctx:
        enqueue(ctx, "drift.scan", queue="collect")
    return far.fetch(runtime, "collect")[0]


def work(runtime, held):
    return Work(
        runtime=runtime, kind=KINDS["drift.scan"], worker="here:1", stopping=Event(), held=held
    )


def taken_away(runtime):
    """The worker goes silent, the reaper looks, and another one takes the job."""
    with runtime.engine.begin() as one:
        one.execute(text("DELETE FROM procrastinate_workers"))
    with context(runtime) as ctx:
        assert mend_stalled(ctx).again == 1
    return far.fetch(runtime, "collect")[0]


def arrange(work):
    with work.context() as ctx:
        return make_device(ctx).id


def test_what_the_holder_of_a_job_brings_is_kept(runtime, held):
    device = arrange(work(runtime, held))
    with context(runtime) as ctx:
        assert ctx.get(Device, device).id == device


def test_what_another_brings_who_lost_the_job_is_dropped(runtime, held):
    second = taken_away(runtime)
    with pytest.raises(JobTaken, match=f"Job {held.job_id} was given to another worker"):
        arrange(work(runtime, held))
    assert far.rows(runtime, "SELECT count(*) FROM device") == [(0,)]
    arrange(work(runtime, second))
    assert far.rows(runtime, "SELECT count(*) FROM device") == [(1,)]


def test_a_job_under_which_the_database_went_away_goes_no_further(runtime, held):
    mine = work(runtime, held)
    mine.lost.set()
    with pytest.raises(DatabaseLost, match=r"under drift\.scan"), mine.context():
        pytest.fail("no context is opened any more")


@pytest.mark.usefixtures("held")
def test_a_second_run_leaves_out_what_the_first_one_had_asked(runtime, clock):
    with context(runtime) as ctx:
        begun = ctx.session.scalar(
            text("SELECT min(at) FROM procrastinate_events WHERE type = 'started'")
        )
        clock.at = begun
        asked = make_device(ctx, attempted_at=clock()).id
        clock.forward(minutes=-1)
        before = make_device(ctx, attempted_at=clock()).id
        never = make_device(ctx).id
    second = taken_away(runtime)
    with context(runtime) as ctx:
        assert left(ctx, second, [asked, before, never]) == (before, never)
