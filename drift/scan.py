"""Observe many devices at a time: sessions, what is kept of them, how they stand. Changes none.

Sessions go on while what they brought is kept and judged, a batch in one transaction; a device that
fails stops none of the others, and a site that cannot be reached is one event.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from threading import Event as Sign

from sqlalchemy import select

from core.audit import Subject
from core.context import Context
from core.counting import counted
from drift import alarms, scans
from drift.attribution import Attribution
from drift.judgements import judge_devices
from drift.observation import Observation
from inventory.collecting import wanted
from inventory.collecting.keeping import Keeper
from inventory.collecting.sessions import read_all
from inventory.collecting.throttle import Throttle
from inventory.drivers.registry import driver_for
from inventory.models import Device
from inventory.results import CollectionOutcome

RECORDED = {"scan": "drift.scanned", "collect": "inventory.collected"}
JUDGED_AT_ONCE = 200  # devices; what a judgement costs by itself counts for little then
JUDGED_AFTER = 5.0  # seconds that a device waits for its judgement at most

Contexts = Callable[[], AbstractContextManager[Context]]
"""Opens a context of its own for each batch, as `Runtime.context` does."""

Progress = Callable[[Observation], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSummary:
    """What a scan saw, in the order in which the devices were asked for."""

    observations: tuple[Observation, ...]
    scan_id: int | None = None

    @property
    def outcomes(self) -> Mapping[str, int]:
        return dict(sorted(Counter(seen.outcome for seen in self.observations).items()))

    @property
    def drifted(self) -> tuple[Observation, ...]:
        return tuple(seen for seen in self.observations if seen.outcome == "drifted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a scan goes: sessions at a time, who is told of each device, and when to stop.

    `resting` is how many devices were left out because they failed lately.
    """

    threads: int
    stopping: Sign | None = None
    progress: Progress = lambda _: None
    resting: int = 0


def scan(
    contexts: Contexts, device_ids: Sequence[int], *, attribute: Attribution, manner: Manner
) -> ScanSummary:
    """Collect and judge every device, and keep one summary of it all. Needs `drift.scan`."""

    def judge(ready: Sequence[int]) -> Sequence[Observation]:
        return judge_devices(contexts, ready, attribute=attribute, processes=1)

    return _run(contexts, device_ids, kind="scan", permission="drift.scan", judge=judge,
                manner=manner)  # fmt: skip


def collect(contexts: Contexts, device_ids: Sequence[int], *, manner: Manner) -> ScanSummary:
    """Collect every device without judging it, and keep one summary. Needs `device.collect`."""
    return _run(contexts, device_ids, kind="collect", permission="device.collect", judge=None,
                manner=manner)  # fmt: skip


Judging = Callable[[Sequence[int]], Sequence[Observation]]


def _run(
    contexts: Contexts, device_ids: Sequence[int], *, kind: str, permission: str,
    judge: Judging | None, manner: Manner,
) -> ScanSummary:  # fmt: skip
    ids = tuple(dict.fromkeys(device_ids))
    with contexts() as ctx:
        ctx.require(permission)
        throttle = wanted.throttle(ctx, ids)
        number = scans.begin(ctx, kind=kind, asked=len(ids), resting=manner.resting)
    under_way = _UnderWay(contexts, number, judge, manner)
    keeper = Keeper(contexts)
    keeper.prepare(ids)
    readings = read_all(
        throttle, logins=keeper.login, driver=driver_for,
        threads=max(1, min(manner.threads, len(ids))), stopping=manner.stopping,
    )  # fmt: skip
    with closing(readings):  # whatever keeping them may raise, the sessions' threads end
        for batch in readings:
            kept = keeper.keep(batch, throttle)
            del batch  # what it holds may be large, and is not needed to judge
            under_way.take(kept)
    under_way.take(keeper.unsettled())
    under_way.settle()
    return _ended(under_way, throttle, ids)


def _ended(under_way: "_UnderWay", throttle: Throttle, ids: Sequence[int]) -> ScanSummary:
    """The alarms of sites, what was not asked, and the record of it all."""
    cut = {site: (*throttle.failed_at(site), len(left)) for site, left in throttle.cut.items()}
    with under_way.contexts() as ctx:
        alarms.note_sites(ctx, under_way.far, cut)
        alarms.note_reached(ctx, under_way.reached, cut=cut)
        under_way.see(_left_alone(ctx, under_way, throttle, ids))
        done = scans.end(ctx, under_way.number, under_way.tally, cut)
        ctx.record(
            RECORDED[done.kind],
            Subject(type="scan", id=str(done.id), label=counted(len(ids), "device")),
            devices=len(ids), outcomes=dict(done.outcomes), cut=dict(done.cut),
        )  # fmt: skip
    return ScanSummary(
        observations=tuple(under_way.seen[key] for key in ids), scan_id=under_way.number
    )


def _left_alone(
    ctx: Context, under_way: "_UnderWay", throttle: Throttle, ids: Sequence[int]
) -> list[Observation]:
    """The devices that were not asked, and why."""
    why = {
        one.device_id: f"{throttle.failed_at(site)[0]} of {throttle.failed_at(site)[1]} devices of "
        f"{site} cannot be reached; the rest was left for the next scan."
        for site, left in throttle.cut.items()
        for one in left
    }
    missing = [key for key in ids if key not in under_way.seen]
    names = ctx.session.execute(select(Device.id, Device.hostname).where(Device.id.in_(missing)))
    hostnames = {row.id: row.hostname for row in names}
    return [
        Observation(
            device_id=key, hostname=hostnames.get(key, str(key)), outcome="skipped",
            detail=why.get(key, "The scan was stopped before this device was asked."),
        )
        for key in missing
    ]  # fmt: skip


@dataclass(slots=True)
class _UnderWay:
    """A scan while it runs: what was collected and waits for its judgement, and what was seen."""

    contexts: Contexts
    number: int
    judge: Judging | None
    manner: Manner
    tally: scans.Tally = field(default_factory=scans.Tally)
    far: list[CollectionOutcome] = field(default_factory=list)
    reached: list[int] = field(default_factory=list)
    seen: dict[int, Observation] = field(default_factory=dict)
    ready: list[CollectionOutcome] = field(default_factory=list)
    judged_at: float = field(default_factory=time.monotonic)

    def take(self, outcomes: Sequence[CollectionOutcome]) -> None:
        """Outcomes that are kept already: alarms for what failed, judgement for the rest."""
        for one in outcomes:
            self.tally.took(one.hostname, one.seconds)
        self.far += [one for one in outcomes if one.outcome in alarms.FAR]
        with self.contexts() as ctx:
            alarms.note_collections(ctx, [one for one in outcomes if one.outcome not in alarms.FAR])
        self.ready += [one for one in outcomes if one.outcome in alarms.GOOD]
        self.reached += [one.device_id for one in outcomes if one.outcome in alarms.GOOD]
        self.see([_collected(one) for one in outcomes if one.outcome not in alarms.GOOD])
        late = time.monotonic() - self.judged_at > JUDGED_AFTER
        if len(self.ready) >= JUDGED_AT_ONCE or late:
            self.settle()

    def settle(self) -> None:
        """Judge what waits, and write how far the scan is."""
        ready = [_collected(one) for one in self.ready]
        self.see(self.judge([one.device_id for one in ready]) if self.judge and ready else ready)
        self.ready, self.judged_at = [], time.monotonic()
        with self.contexts() as ctx:
            scans.note(ctx, self.number, self.tally)

    def see(self, observations: Sequence[Observation]) -> None:
        for one in observations:
            self.seen[one.device_id] = one
            self.tally.saw(one)
            self.manner.progress(one)


def _collected(outcome: CollectionOutcome) -> Observation:
    good = outcome.outcome in alarms.GOOD
    return Observation(
        device_id=outcome.device_id, hostname=outcome.hostname, detail=outcome.detail,
        outcome="collected" if good else outcome.outcome,
    )  # fmt: skip
