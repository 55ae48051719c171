"""The syslog listener as a service: receives, decides, has devices collected. Collects none."""

import logging
import time
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from core.actor import Actor, Origin
from core.errors import NotFound, TrimtabError
from core.runtime import Runtime
from operations.change_reports import DeviceSilenced, request_collection
from operations.events import raise_events
from operations.syslog.counts import Counts, keep
from scheduler.listeners.binding import bind
from scheduler.listeners.directory import DirectoryKeeper
from scheduler.listeners.intake import Change, Intake
from scheduler.listeners.receiving import Received, Receiver

log = logging.getLogger(__name__)

LISTENER = Actor(name="trimtab syslog", granted=frozenset({"drift.scan"}))
ORIGIN = Origin(door="job")
WAITING = 10_000  # messages between the network and the decisions
ACT_SECONDS = 0.2  # what comes in within this time is acted on together
KEEP_SECONDS = 2.0
AT_A_TIME = 100
LAST_TRIES = 10  # transactions in which the end puts away what is left
LATER_SECONDS = 3600.0  # at the end nothing waits for its turn


class SyslogService:
    """Hears devices on every port that is set; a lost database only makes it wait."""

    name = "syslog"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, settings = runtime, runtime.settings
        now = runtime.now()
        self.counts = Counts(since=now, at=now)
        self._intake = Intake(
            counts=self.counts, relays=settings.syslog_relays, events=settings.syslog_events
        )
        self._waiting: Queue[Received] = Queue(WAITING)
        self._directory = DirectoryKeeper(runtime)
        self._receiver: Receiver | None = None
        self._ending = Event()
        self._thread = Thread(target=self._work, name="syslog", daemon=True)
        self.ports: dict[str, int] = {}

    @property
    def alive(self) -> bool:
        parts = (self._thread.is_alive(), self._directory.alive)
        return all(parts) and self._receiver is not None and self._receiver.alive

    def start(self) -> None:
        """Listen, or raise SyslogCannotListen or SettingsError."""
        bound = bind(self._runtime.settings)
        try:
            self._directory.start()
        except (SQLAlchemyError, TrimtabError):
            bound.close()
            raise
        self.ports = bound.ports
        self.counts.listening = tuple(f"{name} {port}" for name, port in self.ports.items())
        self._receiver = Receiver(bound, self._put)
        self._receiver.start()
        self._thread.start()

    def stop(self) -> None:
        """End after what was received is acted on."""
        if self._receiver is not None:
            self._receiver.stop()
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._directory.stop()

    def _put(self, received: Received) -> bool:
        try:
            self._waiting.put_nowait(received)
        except Full:
            return False
        return True

    def _work(self) -> None:
        act_at = keep_at = time.monotonic()
        while not (self._ending.is_set() and self._waiting.empty()):
            with suppress(Empty):
                self._take(self._waiting.get(timeout=ACT_SECONDS / 2))
            now = time.monotonic()
            if now >= act_at:
                self._act(now)
                act_at = now + ACT_SECONDS
            if now >= keep_at:
                self._keep()
                keep_at = now + KEEP_SECONDS
        for _ in range(LAST_TRIES):
            self._act(time.monotonic() + LATER_SECONDS)
        self.counts.listening = ()
        self._keep()

    def _take(self, received: Received) -> None:
        self._intake.directory = self._directory.current
        try:
            self._intake.take(received, now=time.monotonic())
        except Exception:  # a defect met in one message must not end the hearing of all others
            log.exception("a message of %s was not understood", received.address)

    def _act(self, now: float) -> None:
        """Have changed devices collected and raise events; what fails is tried again."""
        try:
            for change in self._intake.due_changes(now=now, most=AT_A_TIME):
                self._trigger(change)
                self._intake.done((change,), {}, now=now)
            self._raise(now)
        except (SQLAlchemyError, TrimtabError) as error:
            log.warning("syslog waits for the database: %s", str(error).partition("\n")[0])

    def _trigger(self, change: Change) -> None:
        """In a transaction of its own: whoever locks several devices' events never waits here."""
        delay = self._runtime.settings.syslog_settle_seconds
        try:
            with self._runtime.context(LISTENER, ORIGIN) as ctx:
                request_collection(
                    ctx, change.device.id, change.report, via=change.via, delay=delay
                )
        except (DeviceSilenced, NotFound):
            self.counts.silenced += 1
        else:
            self.counts.triggered += 1

    def _raise(self, now: float) -> None:
        events = self._intake.due_events(now=now, most=AT_A_TIME)
        if not events:
            return
        with self._runtime.context(LISTENER, ORIGIN) as ctx:
            raise_events(ctx, list(events.values()))
        self.counts.events += len(events)
        self._intake.done((), events, now=now)

    def _keep(self) -> None:
        self.counts.at = self._runtime.now()
        self.counts.dropped = self._receiver.lost if self._receiver else 0
        try:
            keep(self.counts, self._runtime.settings.home)
        except OSError as error:
            log.warning("the counts of syslog are not kept: %s", error.strerror)
