"""Keep what many sessions brought, a batch in one transaction. Opens no session, judges nothing."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from core.context import Context
from core.errors import TrimtabError
from inventory import captures, results
from inventory.captures import Captures
from inventory.collecting.sessions import Reading
from inventory.collecting.throttle import Throttle, Wanted
from inventory.drivers.login import Login
from inventory.drivers.transcript import Held
from inventory.logins import login_for
from inventory.models import Device, HostKey
from inventory.results import CollectionOutcome, Ended

log = logging.getLogger(__name__)

Contexts = Callable[[], AbstractContextManager[Context]]
AGAIN = 1_000_000
"""The priority of a second read: a suspicious first one holds a whole configuration until then."""


class CollectorDefect(TrimtabError):
    """Something went wrong in this program; the log has it all."""

    code = "collector_defect"


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """A suspicious first read, how long it took, and what its session typed."""

    captures: Captures
    seconds: float
    held: tuple[Held, ...] = ()


@dataclass(slots=True)
class Keeper:
    """Keeps readings. Those that look suspicious are read a second time before they are kept."""

    contexts: Contexts
    logins: dict[int, Login | TrimtabError] = field(default_factory=dict)
    first: dict[int, First] = field(default_factory=dict)

    def prepare(self, device_ids: Sequence[int]) -> None:
        """Resolve how to sign in to all of them; what cannot be known is that device's outcome."""
        with self.contexts() as ctx:
            rows = select(Device).where(Device.id.in_(device_ids))
            units = ctx.units("device.collect")
            keys = ctx.session.scalars(select(HostKey).where(HostKey.device_id.in_(device_ids)))
            held = keys.all()
            for device in ctx.session.scalars(rows).all():
                try:
                    if device.governing_unit_id not in units:
                        ctx.require("device.collect", device)
                    self.logins[device.id] = login_for(ctx, device)
                except TrimtabError as error:
                    self.logins[device.id] = error
            del held  # until here the session knew them

    def login(self, wanted: Wanted) -> Login:
        """What `prepare` found; raises what it met."""
        found = self.logins[wanted.device_id]
        if isinstance(found, TrimtabError):
            raise found
        return found

    def keep(self, readings: Sequence[Reading], throttle: Throttle) -> list[CollectionOutcome]:
        """Store and record them; where that fails for one, the others are kept all the same."""
        try:
            return self._together(readings, throttle)
        except Exception as error:  # a defect met at one device must not end the others' collection
            if len(readings) > 1:
                return [done for one in readings for done in self.keep([one], throttle)]
            log.exception("what was read of device %s could not be kept", readings[0].wanted)
            return self._together([replace(readings[0], error=error)], throttle)

    def _together(self, readings: Sequence[Reading], throttle: Throttle) -> list[CollectionOutcome]:
        ended: list[Ended] = []
        again: dict[Wanted, First] = {}
        ids = [one.wanted.device_id for one in readings]
        with self.contexts() as ctx:
            devices = results.lock(ctx, ids)
            held = results.look_up(ctx, ids)
            for one in readings:
                seen = self._one(ctx, devices[one.wanted.device_id], one)
                if isinstance(seen, First):
                    again[one.wanted] = seen
                else:
                    ended.append(seen)
            done = results.keep_all(ctx, ended, held)
        for key in ids:
            self.first.pop(key, None)
        for wanted, first in again.items():
            self.first[wanted.device_id] = first
        throttle.add([replace(one, priority=AGAIN) for one in again])
        return done

    def _one(self, ctx: Context, device: Device, reading: Reading) -> Ended | First:
        """What became of one reading; a suspicious first one is to be followed by another."""
        first = self.first.get(device.id)
        seconds = reading.seconds + (first.seconds if first else 0.0)
        held = (*(first.held if first else ()), *reading.held)
        found = self._found(ctx, device, reading, first)
        if first is None and isinstance(found, Captures) and captures.is_suspicious(ctx, found):
            return First(captures=found, seconds=seconds, held=held)
        return Ended(device=device, found=found, seconds=seconds, held=held)

    def _found(
        self, ctx: Context, device: Device, reading: Reading, first: First | None
    ) -> Captures | TrimtabError:
        if reading.collection is None or reading.error is not None:
            error = _told(reading.error)
            return error if first is None else captures.unread(first.captures, error)
        if first is not None:
            return captures.settle(ctx, device, first.captures, reading.collection)
        return captures.judge(ctx, device, reading.collection)

    def unsettled(self) -> list[CollectionOutcome]:
        """Keep the first reads to which no second one came any more."""
        left, self.first = self.first, {}
        never = CollectorDefect("the collection was stopped before a second read")
        with self.contexts() as ctx:
            devices = results.lock(ctx, list(left))
            ended = [
                Ended(
                    device=devices[key], found=captures.unread(first.captures, never),
                    seconds=first.seconds, held=first.held,
                )
                for key, first in left.items()
            ]  # fmt: skip
            return results.keep_all(ctx, ended, results.known(ctx, list(left)))


def _told(error: Exception | None) -> TrimtabError:
    if isinstance(error, TrimtabError):
        return error
    return CollectorDefect(f"{error!r}. The log of this program has more of it.")
