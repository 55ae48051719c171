"""The row of a scan: how far it is, how it ended, what was slow or failed. Asks no device."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from core.audit import Fact
from core.context import Context
from drift.observation import Observation
from drift.scan_models import Scan

SLOWEST = 10
FAILED = 200  # devices whose failure is kept with the scan; events and devices have them all
FINE = frozenset({
    "in_sync", "in_grace", "drifted", "suppressed", "no_baseline", "collected",
})  # fmt: skip
"""Outcomes of devices that answered as they should."""


@dataclass(slots=True)
class Tally:
    """What a running scan has seen so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[Observation] = field(default_factory=list)

    def took(self, hostname: str, seconds: float) -> None:
        """How long a session was; only the longest are kept."""
        self.seconds[hostname] = seconds
        if len(self.seconds) > 20 * SLOWEST:
            self.seconds = dict(self._slowest())

    def saw(self, observation: Observation) -> None:
        self.outcomes[observation.outcome] += 1
        if observation.outcome not in FINE and len(self.failed) < FAILED:
            self.failed.append(observation)

    def _slowest(self) -> list[tuple[str, float]]:
        return nlargest(SLOWEST, self.seconds.items(), key=lambda one: one[1])

    def write(self, scan: Scan) -> None:
        """Bring the row up to date."""
        scan.outcomes = dict(sorted(self.outcomes.items()))
        scan.slowest = [[name, round(seconds, 3)] for name, seconds in self._slowest()]
        scan.failed = [[one.hostname, one.outcome, one.detail[:500]] for one in self.failed]


def begin(ctx: Context, *, kind: str, asked: int, resting: int) -> int:
    """A row for a scan that starts now; its id."""
    scan = ctx.add(
        Scan(
            kind=kind, started_by=ctx.person.name, started_at=ctx.now(), asked=asked,
            resting=resting, outcomes={}, slowest=[], failed=[], cut={},
        )
    )  # fmt: skip
    return scan.id


def note(ctx: Context, scan_id: int, tally: Tally) -> None:
    """How far a scan is."""
    tally.write(ctx.get(Scan, scan_id))


def end(ctx: Context, scan_id: int, tally: Tally, cut: Mapping[str, Sequence[int]]) -> Scan:
    """The row of a scan that ended: by site that was cut, how many failed, it has, were left."""
    scan = ctx.get(Scan, scan_id)
    tally.write(scan)
    scan.cut = {site: list[Fact](counts) for site, counts in cut.items()}
    scan.ended_at = ctx.now()
    return scan
