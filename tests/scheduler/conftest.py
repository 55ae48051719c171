"""Fixtures of the scheduler's tests: a worker that ends with the test."""

import pytest

from scheduler.service import WorkerService


@pytest.fixture
def worker(runtime):
    """A running worker for all queues."""
    service = WorkerService(runtime)
    service.start()
    yield service
    service.stop()
    assert not service.alive
