"""Heads laid down outside as a service, in a thread of its own: no slow place delays a seal."""

import logging
import time
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from core.actor import Actor, Origin
from core.context import Context
from core.errors import TrimtabError
from core.evidence.anchoring.anchors import Anchored, Target, anchor
from core.runtime import Runtime
from operations import events
from operations.head_notices import all_targets

log = logging.getLogger(__name__)

SEALER = Actor(name="trimtab sealer", granted=frozenset({"audit.seal", "event.write"}))
ORIGIN = Origin(door="job")
SECONDS = 0.5
"""Between two looks whether heads are due."""
AGAIN_SECONDS = 3600.0
"""Until a place that wants a pause between two heads is asked again after a failure, at most."""


class AnchorService:
    """Lays heads down as often as the settings say, once `begin` was called."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._begun, self._stop = Event(), Event()
        self._thread = Thread(target=self._run, name="anchors", daemon=True)
        self._due = 0.0
        self._resting: dict[str, float] = {}
        self._told = ""

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def begin(self) -> None:
        """There is a head now."""
        self._begun.set()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(SECONDS):
            if self._begun.is_set() and time.monotonic() >= self._due:
                self._due = time.monotonic() + self._runtime.settings.audit_anchor_seconds
                self._survive()

    def _survive(self) -> None:
        """Lay down once; whatever happens to the database or a place, there is a next time."""
        try:
            with self._runtime.context(SEALER, ORIGIN) as ctx:
                places = [one for one in all_targets(ctx) if self._is_due(one)]
                for place, done in zip(places, anchor(ctx, places), strict=True):
                    if done.fault:
                        self._failed(ctx, place, done)
        except (SQLAlchemyError, TrimtabError, OSError) as error:
            said = str(error).partition("\n")[0]
            if said != self._told:
                log.warning("no head of the audit log is laid down: %s", said)
            self._told = said
        else:
            self._told = ""

    def _is_due(self, place: Target) -> bool:
        return self._resting.get(place.name, 0.0) <= time.monotonic()

    def _failed(self, ctx: Context, place: Target, done: Anchored) -> None:
        """Tell; a message that failed may have been delivered, so it is not sent again at once."""
        self._resting[place.name] = time.monotonic() + min(place.pause, AGAIN_SECONDS)
        log.warning("%s", done.fault)
        events.raise_event(
            ctx, fingerprint=f"audit_anchor:{done.target}", kind="audit_anchor",
            severity="critical" if done.contradicted else "major",
            title=f"{done.target} takes no head of the audit log", detail=done.fault,
        )  # fmt: skip
