"""Contexts, jobs and waiting for the scheduler's tests."""

import time
from contextlib import contextmanager

from sqlalchemy import text

from core.actor import Actor, Origin
from operations.job_kinds import KINDS

EVERYTHING = frozenset().union(*(kind.granted for kind in KINDS.values())) | {
    "schedule.read", "schedule.write", "baseline.approve",
}  # fmt: skip


@contextmanager
def context(runtime):
    actor = Actor(name="trimtab tests", granted=EVERYTHING)
    with runtime.context(actor, Origin(door="job")) as ctx:
        yield ctx


def jobs(runtime):
    rows = "SELECT task_name, queue_name, status::text, args FROM procrastinate_jobs ORDER BY id"
    with runtime.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(rows))]


def wait_for(condition, *, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come to that in time")
        time.sleep(0.05)
