"""Run the platform's long-running parts in one process until a signal. Holds no business rule."""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

import uvicorn

from api.app import create_app
from core.errors import SettingsError, TrimtabError
from core.runtime import Runtime
from core.settings import Settings
from scheduler.service import Service, running
from trimtab.listening import CannotListen, listen

log = logging.getLogger(__name__)

DATABASE_LOOK_SECONDS = 2.0
LOOK_SECONDS = 0.25
API_GRACE_SECONDS = 3
START_SECONDS = 20.0
CHATTY = (
    "apscheduler", "paramiko", "netmiko", "asyncio", "alembic", "procrastinate.blueprints",
    "procrastinate.periodic",
)  # fmt: skip
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class ServiceEnded(TrimtabError):
    """A part that runs until it is stopped ended by itself."""

    code = "service_ended"


class ApiService:
    """Pages and REST in a thread of their own."""

    name = "api"

    def __init__(self, runtime: Runtime) -> None:
        self._settings = runtime.settings
        self._server = uvicorn.Server(
            uvicorn.Config(
                create_app(runtime), log_config=None, access_log=False, lifespan="off",
                timeout_graceful_shutdown=API_GRACE_SECONDS, server_header=False,
            )
        )  # fmt: skip
        self._socket: socket.socket | None = None
        self._thread: Thread | None = None

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def address(self) -> str:
        """The URL to open; with port 0 the one that the system chose."""
        if self._socket is None:
            raise CannotListen("The pages are not served yet.")
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> None:
        """Listen and serve; returns when requests are answered, or raises CannotListen."""
        self._socket = listen(self._settings)
        self._thread = Thread(
            target=self._server.run, name="api", daemon=True,
            kwargs={"sockets": [self._socket]},
        )  # fmt: skip
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started and self.alive and time.monotonic() < deadline:
            time.sleep(0.01)
        if not self._server.started:
            raise CannotListen("The web application did not start; the log says why.")

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(API_GRACE_SECONDS + 5)
        if self._socket is not None:
            self._socket.close()


class DatabaseService:
    """Starts the embedded PostgreSQL again when it died; an external server is its owner's."""

    name = "database"

    def __init__(self, runtime: Runtime) -> None:
        self._server = runtime.server
        self._ending = Event()
        self._thread = Thread(target=self._watch, name="database", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ending.wait(DATABASE_LOOK_SECONDS):
            if self._server is None:
                continue
            try:
                self._server.start()
            except TrimtabError as error:
                log.warning("the embedded PostgreSQL does not come back: %s", error.message)


def serve(services: Sequence[Service], *, ready: Callable[[], None] = lambda: None) -> None:
    """Run the services until SIGTERM or SIGINT; a second signal ends the process at once.

    Raises ServiceEnded when one of them ends by itself.
    """
    with _signals() as stopped, running(services):
        ready()
        while not stopped():
            ended = [service.name for service in services if not service.alive]
            if ended:
                raise ServiceEnded(
                    f"The {ended[0]} ended by itself; the log above says why. Start Trimtab again."
                )
            time.sleep(LOOK_SECONDS)


def set_up_logging(settings: Settings) -> None:
    """One line an event on standard error; libraries that speak every second are hushed."""
    level = settings.log_level.upper()
    if level not in logging.getLevelNamesMapping():
        raise SettingsError(
            f"Setting log_level is {settings.log_level!r}; TRIMTAB_LOG_LEVEL is DEBUG, INFO, "
            "WARNING or ERROR."
        )
    logging.basicConfig(level=level, format=FORMAT)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def _signals() -> Iterator[Callable[[], bool]]:
    """Answers whether a signal came; earlier handlers are back afterwards."""
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if came:
            os._exit(128 + number)
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
