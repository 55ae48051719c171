"""Workers: procrastinate on the platform's database, started again when the database was away."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.app import WorkerOptions
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import OperationalError as LostConnection

from changes.prefork import client
from core.runtime import Runtime
from operations.job_kinds import KINDS, QUEUES, JobKind
from scheduler.announcing import announce
from scheduler.fence import FencedJobs
from scheduler.jobs import RUN
from scheduler.work import DatabaseLost, Held, Work

log = logging.getLogger(__name__)

STOP_CHECK_SECONDS = 0.2
POLL_SECONDS = 2.0  # how late a job starts whose notification was lost
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0)
GRACE_SECONDS = 60.0
POOL = 5  # connections of one worker's queue
AGAIN = RetryStrategy(max_attempts=20, wait=1, retry_exceptions=(LostConnection, DatabaseLost))
"""A job under which the database went away begins again; what it had committed stands."""

Task = Callable[..., str]


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def run_worker(runtime: Runtime, *, queues: Sequence[str] | None, stop: Event) -> None:
    """Run jobs until `stop` is set; a lost database ends the inner worker, and a new one starts.

    Without queues it serves the central ones, never those of units. Jobs under way at the stop get
    `GRACE_SECONDS` to end.
    """
    served = tuple(queues or QUEUES)
    if KINDS["changes.execute"].queue in served:
        client.ready()  # the first change need not wait for what Ansible imports
    failures = 0
    while not stop.is_set():
        try:
            asyncio.run(_work(runtime, queues=served, stop=stop))
            failures = 0
        except (
            ConnectorException,
            OperationalError,
            LostConnection,
            PoolTimeout,
            OSError,
        ) as error:
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
    app.job_manager = FencedJobs(app.connector)
    for kind in KINDS.values():
        retry = AGAIN if kind.again_after_crash else False
        task = _task(runtime, kind, stop)
        app.task(name=kind.name, queue=kind.queue, pass_context=True, retry=retry)(task)
    return app


def _task(runtime: Runtime, kind: JobKind, stop: Event) -> Task:
    def run(context: JobContext, **args: object) -> str:
        job = context.job
        held = None if job.id is None else Held(job_id=job.id, attempts=job.attempts)
        work = Work(runtime=runtime, kind=kind, worker=worker_name(), stopping=stop, held=held)
        return RUN[kind.name](work, args)

    return run


async def _work(runtime: Runtime, *, queues: tuple[str, ...], stop: Event) -> None:
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


async def _run_queue(runtime: Runtime, *, queues: tuple[str, ...], stop: Event) -> None:
    app = make_app(runtime, stop=stop)
    options: WorkerOptions = {
        "name": worker_name(),
        "concurrency": runtime.settings.worker_jobs,
        "install_signal_handlers": False,
        "fetch_job_polling_interval": POLL_SECONDS,
        "shutdown_graceful_timeout": GRACE_SECONDS,
        "queues": list(queues),  # psycopg makes an array of it, of a tuple a record
    }
    worker = Worker(app, **options)
    async with app.open_async():
        running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        try:
            await _announce(runtime, worker, running, queues)
        except BaseException:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            raise
        await running  # a cancelled wait cancels it, and it ends in order


async def _announce(
    runtime: Runtime, worker: Worker, running: asyncio.Task[None], queues: tuple[str, ...]
) -> None:
    """Say who the worker is as soon as it has its number."""
    while worker.worker_id is None and not running.done():  # noqa: ASYNC110 - a library's own
        await asyncio.sleep(STOP_CHECK_SECONDS / 4)
    if worker.worker_id is not None:
        name = worker_name()
        await asyncio.to_thread(announce, runtime, worker.worker_id, name=name, queues=queues)
