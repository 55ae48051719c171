"""The sealer as a service: seals what was recorded, lays heads down outside. Judges nothing."""

import logging
import time
from contextlib import suppress
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from core.actor import Actor, Origin
from core.errors import TrimtabError
from core.evidence.anchors import anchor
from core.evidence.nodes import LogBroken
from core.evidence.sealing import FIRST, seal
from core.runtime import Runtime
from operations import events

log = logging.getLogger(__name__)

SEALER = Actor(name="trimtab sealer", granted=frozenset({"audit.seal", "event.write"}))
ORIGIN = Origin(door="job")
SECONDS = 0.5
"""Between two looks; what is recorded is sealed within a second or so."""
SWEEP_SECONDS = 3600.0
"""Between two looks at all records, for one that a look at new transactions cannot see."""
REST_SECONDS = 30.0
"""Until the next attempt after a failure."""


class SealerService:
    """Seals in a thread of its own. Any number may run: one works at a time."""

    name = "sealer"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stop = Event()
        self._thread = Thread(target=self._run, name="sealer", daemon=True)
        self._mark = FIRST
        self._swept = self._anchored = float("-inf")
        self._told = ""

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Seal what is there, then end."""
        self._stop.set()
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
            self._anchor()
        except LogBroken as error:
            self._tell(error.message)
            return REST_SECONDS
        except (SQLAlchemyError, TrimtabError, OSError) as error:
            self._warn(str(error).partition("\n")[0])
            return REST_SECONDS if isinstance(error, TrimtabError) else SECONDS
        self._told = ""
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

    def _anchor(self) -> None:
        if time.monotonic() - self._anchored < self._runtime.settings.audit_anchor_seconds:
            return
        self._anchored = time.monotonic()
        with self._runtime.context(SEALER, ORIGIN) as ctx:
            failed = [one for one in anchor(ctx) if one.fault]
            for one in failed:
                log.warning("%s", one.fault)
                events.raise_event(
                    ctx, fingerprint=f"audit_anchor:{one.target}", kind="audit_anchor",
                    severity="critical" if one.contradicted else "major",
                    title=f"{one.target} takes no head of the audit log", detail=one.fault,
                )  # fmt: skip

    def _tell(self, what: str) -> None:
        """An event, once for each fault: the log cannot be sealed any further."""
        if what == self._told:
            return
        self._warn(what)
        with suppress(SQLAlchemyError), self._runtime.context(SEALER, ORIGIN) as ctx:
            events.raise_event(
                ctx, fingerprint="audit_broken", kind="audit_broken", severity="critical",
                title="The audit log cannot be sealed any further", detail=what,
            )  # fmt: skip

    def _warn(self, what: str) -> None:
        if what != self._told:
            log.warning("the audit log is not sealed: %s", what)
        self._told = what
