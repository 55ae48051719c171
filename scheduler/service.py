"""Long-running parts of the platform as objects that start and stop. Knows no signals, no API."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Protocol

from core.runtime import Runtime
from scheduler.clock import Clock
from scheduler.workers import GRACE_SECONDS, run_worker

log = logging.getLogger(__name__)


class Service(Protocol):
    """Something that runs beside others until it is stopped."""

    @property
    def name(self) -> str: ...

    @property
    def alive(self) -> bool:
        """Whether it does its work; false before the start, after the stop, and after a failure."""
        ...

    def start(self) -> None:
        """Begin, or raise a TrimtabError saying why it cannot; returns at once."""
        ...

    def stop(self) -> None:
        """End in order. Returns when it ended, or when its time for that is over."""
        ...


class ClockService:
    """The clock in a thread of its own."""

    name = "scheduler"

    def __init__(self, runtime: Runtime) -> None:
        self._clock = Clock(runtime)

    @property
    def alive(self) -> bool:
        return self._clock.running

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        if self._clock.running:
            self._clock.stop()


class WorkerService:
    """A worker in a thread of its own, for some queues or all."""

    name = "worker"

    def __init__(self, runtime: Runtime, *, queues: Sequence[str] | None = None) -> None:
        self._stop = Event()
        self._thread = Thread(
            target=run_worker, name="worker", daemon=True, args=(runtime,),
            kwargs={"queues": queues, "stop": self._stop},
        )  # fmt: skip

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(GRACE_SECONDS + 5)
        if self._thread.is_alive():
            log.error("jobs still run %s seconds after the stop; they are left", GRACE_SECONDS)


@contextmanager
def running(services: Sequence[Service]) -> Iterator[None]:
    """Start the services in order and stop them in reverse, whatever happens in between."""
    started: list[Service] = []
    try:
        for service in services:
            service.start()
            started.append(service)
        yield
    finally:
        for service in reversed(started):
            service.stop()
