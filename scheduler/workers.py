"""Workers: procrastinate on the platform's database, started again when the database was away."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.app import WorkerOptions
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from core.runtime import Runtime
from operations.job_kinds import KINDS, JobKind
from scheduler.jobs import RUN
from scheduler.work import Work

log = logging.getLogger(__name__)

STOP_CHECK_SECONDS = 0.2
POLL_SECONDS = 2.0  # how late a job starts whose notification was lost
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0)
GRACE_SECONDS = 60.0
POOL = 5  # connections of one worker's queue

Task = Callable[..., str]


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def run_worker(runtime: Runtime, *, queues: Sequence[str] | None, stop: Event) -> None:
    """Run jobs until `stop` is set; a lost database ends the inner worker, and a new one starts.

    Jobs under way at the stop get `GRACE_SECONDS` to end.
    """
    failures = 0
    while not stop.is_set():
        try:
            asyncio.run(_work(runtime, queues=queues, stop=stop))
            failures = 0
        except (ConnectorException, OperationalError, PoolTimeout, OSError) as error:
            log.warning("the queue is away (%s); trying again", error)
            failures += 1
        stop.wait(RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)])


def make_app(runtime: Runtime, *, stop: Event) -> App:
    """The queue's application with every job of the catalogue."""
    url = runtime.engine.url.set(drivername="postgresql")
    app = App(
        connector=PsycopgConnector(
            conninfo=url.render_as_string(hide_password=False), min_size=1, max_size=POOL
        )
    )
    for kind in KINDS.values():
        app.task(name=kind.name, queue=kind.queue, pass_context=True)(_task(runtime, kind, stop))
    return app


def _task(runtime: Runtime, kind: JobKind, stop: Event) -> Task:
    def run(context: JobContext, **args: object) -> str:
        work = Work(
            runtime=runtime, kind=kind, worker=worker_name(), stopping=stop,
            request_id=f"job {context.job.id}",
        )  # fmt: skip
        return RUN[kind.name](work, args)

    return run


async def _work(runtime: Runtime, *, queues: Sequence[str] | None, stop: Event) -> None:
    """One worker's life: until the stop, or until its database goes away."""
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(max_workers=runtime.settings.worker_jobs + 1, thread_name_prefix="job")
    )
    working = asyncio.create_task(_run_queue(runtime, queues=queues, stop=stop))
    while not working.done() and not stop.is_set():  # noqa: ASYNC110 - `stop` is a thread's
        await asyncio.sleep(STOP_CHECK_SECONDS)
    if not working.done():
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _run_queue(runtime: Runtime, *, queues: Sequence[str] | None, stop: Event) -> None:
    app = make_app(runtime, stop=stop)
    options: WorkerOptions = {
        "name": worker_name(),
        "concurrency": runtime.settings.worker_jobs,
        "install_signal_handlers": False,
        "fetch_job_polling_interval": POLL_SECONDS,
        "shutdown_graceful_timeout": GRACE_SECONDS,
    }
    if queues:
        options["queues"] = queues
    async with app.open_async():
        await app.run_worker_async(**options)
