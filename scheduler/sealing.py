"""The sealer as a service: seals what was recorded. Judges nothing."""

import logging
import time
from contextlib import suppress
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from core.errors import TrimtabError
from core.evidence.errors import LogKeyUnavailable
from core.evidence.nodes import LogBroken
from core.evidence.sealing import FIRST, seal
from core.runtime import Runtime
from operations import events
from scheduler.anchoring import ORIGIN, SEALER, AnchorService

log = logging.getLogger(__name__)

SECONDS = 0.5
"""Between two looks; what is recorded is sealed within a second or so."""
SWEEP_SECONDS = 3600.0
"""Between two looks at all records, for one that a look at new transactions cannot see."""
REST_SECONDS = 30.0
"""Until the next attempt after a failure."""


class SealerService:
    """Seals in a thread of its own. Any number may run: one works at a time.

    Heads are laid down in another thread, once there is one.
    """

    name = "sealer"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stop = Event()
        self._thread = Thread(target=self._run, name="sealer", daemon=True)
        self._anchors = AnchorService(runtime)
        self._mark = FIRST
        self._swept = float("-inf")
        self._told = ""

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and self._anchors.alive

    def start(self) -> None:
        self._thread.start()
        self._anchors.start()

    def stop(self) -> None:
        """Seal what is there, then end."""
        self._stop.set()
        self._anchors.stop()
        if self._thread.ident is not None:
            self._thread.join(10)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            stopping = self._stop.is_set()
            pause = self._survive()
            self._stop.wait(pause)

    def _survive(self) -> float:
        """One look; whatever happens to the database or the log, there is a next one."""
        try:
            full = self._seal()
        except LogBroken as error:
            self._tell("audit_broken", "The audit log cannot be sealed any further", error.message)
            return REST_SECONDS
        except LogKeyUnavailable as error:
            self._tell("audit_key", "The audit log waits for its key", error.message)
            return REST_SECONDS
        except (SQLAlchemyError, TrimtabError, OSError) as error:
            self._warn(str(error).partition("\n")[0])
            return REST_SECONDS if isinstance(error, TrimtabError) else SECONDS
        self._told = ""
        self._anchors.begin()
        return 0.0 if full else SECONDS

    def _seal(self) -> bool:
        """Seal a batch; whether more waits."""
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self._mark, self._swept = FIRST, time.monotonic()
        with self._runtime.context(SEALER, ORIGIN) as ctx:
            done = seal(ctx, mark=self._mark)
        if done is None:
            return False
        self._mark = done.mark
        return done.full

    def _tell(self, kind: str, title: str, what: str) -> None:
        """An event, once for each fault: nothing is sealed until somebody helps."""
        if what == self._told:
            return
        self._warn(what)
        with suppress(SQLAlchemyError), self._runtime.context(SEALER, ORIGIN) as ctx:
            events.raise_event(
                ctx, fingerprint=kind, kind=kind, severity="critical", title=title, detail=what
            )

    def _warn(self, what: str) -> None:
        if what != self._told:
            log.warning("the audit log is not sealed: %s", what)
        self._told = what
