"""Keep a claim's lease alive while a run works, and say what is left of it. Touches no device."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from sqlalchemy.exc import OperationalError

from changes import claims
from changes.claims import Claim, Hold
from core.actor import Actor, Origin
from core.runtime import Runtime

log = logging.getLogger(__name__)

BEATS_A_LEASE = 4
HEART = Actor(name="trimtab executor", granted=frozenset({"change.execute"}))


@dataclass(slots=True, kw_only=True)
class Heart:
    """Beats in a thread of its own, so that no slow device costs the lease.

    A database that is away for a moment costs nothing: the claim holds until its lease is over by
    this machine's monotonic clock, counted from before the last beat that the database answered.
    """

    runtime: Runtime
    held: Claim
    until: float
    asked: Hold = Hold.HELD  # what a person wants of the run
    ended: Event = field(default_factory=Event)
    beating: Lock = field(default_factory=Lock)

    def hold(self) -> Hold:
        if time.monotonic() >= self.until:
            return Hold.LOST
        return self.asked

    def beat(self) -> None:
        """Ask the database once; an older answer never covers a newer one."""
        with self.beating:
            self._beat()

    def _beat(self) -> None:
        begun = time.monotonic()
        try:
            with self.runtime.context(HEART, Origin(door="job")) as ctx:
                hold = claims.beat(ctx, self.held)
        except OperationalError as error:
            log.warning("change %s: no beat, the database is away: %s", self.held.change_id, error)
            return
        self.until = 0.0 if hold is Hold.LOST else begun + self.runtime.settings.lease_seconds
        self.asked = hold

    def keep(self) -> None:
        """Beat until the run ends or the lease is lost."""
        pause = self.runtime.settings.lease_seconds / BEATS_A_LEASE
        while not self.ended.wait(pause) and self.hold() is not Hold.LOST:
            self.beat()


@contextmanager
def beating(runtime: Runtime, held: Claim) -> Iterator[Heart]:
    """A heart that beats while the body runs."""
    heart = Heart(
        runtime=runtime, held=held, until=time.monotonic() + runtime.settings.lease_seconds
    )
    thread = Thread(target=heart.keep, name=f"heart-{held.fence}", daemon=True)
    thread.start()
    try:
        yield heart
    finally:
        heart.ended.set()
        thread.join()
