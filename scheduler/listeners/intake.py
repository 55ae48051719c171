"""What messages ask for, collected until it is done: collections and events. Touches no database.

A storm of messages becomes one collection and one event with a count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from operations.events import Notice, Severity
from operations.rates import Rate
from operations.syslog import Message, Report, parse, report_of
from operations.syslog.counts import Counts
from operations.syslog.likeness import likeness
from operations.syslog.message import ERROR
from operations.syslog.senders import Directory, Known, Network
from scheduler.listeners.receiving import Received

AGAIN_SECONDS = 30.0  # how often a message that goes on is told again
REMEMBERED = 20_000  # messages of devices that are known as told
OTHER = "other messages"  # what a device's messages count as that are too many kinds
SEVERITIES: Mapping[int, Severity] = {0: "critical", 1: "critical", 2: "critical", 3: "major"}

Mark = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A device that is said to have changed."""

    device: Known
    report: Report
    via: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """Alike messages of a device that are not told yet."""

    device: Known
    severity: int
    text: str
    times: int = 0


@dataclass(slots=True, kw_only=True)
class Intake:
    """The decisions on every message. `now` is a steady clock's seconds."""

    counts: Counts
    relays: Sequence[Network] = ()
    events: bool = True
    directory: Directory = field(default_factory=Directory)
    changes: dict[int, Change] = field(default_factory=dict)
    tallies: dict[Mark, Tally] = field(default_factory=dict)
    _told_at: dict[Mark, float] = field(default_factory=dict)
    _kinds: Rate = field(default_factory=lambda: Rate(burst=20, seconds=180.0))
    _collections: Rate = field(default_factory=lambda: Rate(burst=5, seconds=10.0))

    def take(self, received: Received, *, now: float) -> None:
        """Count a message and note what it asks for."""
        self.counts.received += 1
        message = parse(received.raw)
        if not message.marked:
            self.counts.unparsed += 1
        device = self.directory.sender(received.address, message.hostname, relays=self.relays)
        if device is None:
            self.counts.stranger(received.address)
            return
        if not device.active:
            self.counts.silenced += 1
            return
        report = report_of(message, device.platform)
        if report is not None:
            self._changed(device, report, f"syslog over {received.via} from {received.address}")
        if self.events and message.severity <= ERROR:
            self._error(device, message, now=now)

    def due_changes(self, *, now: float, most: int) -> tuple[Change, ...]:
        """Devices to be collected now; one that reports again and again has to wait."""
        waiting = self.changes.items()
        allowed = (one for key, one in waiting if self._collections.allows(key, now=now))
        return tuple(islice(allowed, most))

    def due_events(self, *, now: float, most: int) -> Mapping[Mark, Notice]:
        """Messages to be told now: new ones at once, the same again half a minute later."""
        due = [
            mark for mark in self.tallies
            if now - self._told_at.get(mark, now - AGAIN_SECONDS) >= AGAIN_SECONDS
        ]  # fmt: skip
        return {mark: _notice(self.tallies[mark], mark[1]) for mark in due[:most]}

    def done(self, changes: Sequence[Change], events: Mapping[Mark, Notice], *, now: float) -> None:
        """Forget what is kept in the database now."""
        for change in changes:
            self.changes.pop(change.device.id, None)
        for mark in events:
            del self.tallies[mark]
            self._told_at.pop(mark, None)
            self._told_at[mark] = now
        while len(self._told_at) > REMEMBERED:
            del self._told_at[next(iter(self._told_at))]

    def _changed(self, device: Known, report: Report, via: str) -> None:
        self.counts.changed += 1
        before = self.changes.get(device.id)
        if before is not None and not report.user:
            report = before.report
        self.changes[device.id] = Change(device=device, report=report, via=via)

    def _error(self, device: Known, message: Message, *, now: float) -> None:
        self.counts.errors += 1
        mark = (device.id, likeness(message))
        new = mark not in self._told_at and mark not in self.tallies
        if new and not self._kinds.allows(device.id, now=now):
            mark = (device.id, OTHER)
        tally = self.tallies.setdefault(
            mark, Tally(device=device, severity=message.severity, text=message.told)
        )
        tally.times += 1
        tally.severity = min(tally.severity, message.severity)
        tally.text = message.told


def _notice(tally: Tally, alike: str) -> Notice:
    return Notice(
        fingerprint=f"syslog:{tally.device.hostname}:{alike}", kind="syslog",
        title=f"{tally.device.hostname}: {alike}", detail=tally.text,
        severity=SEVERITIES[tally.severity], device_id=tally.device.id,
        times=tally.times,
    )  # fmt: skip
