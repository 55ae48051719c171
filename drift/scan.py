"""Observe many devices at a time, each in a transaction of its own; a failing one stops none."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event as Sign

from core.audit import Subject
from core.context import Context
from core.errors import TrimtabError
from drift.attribution import Attribution
from drift.observation import Observation, collect_device, observe_device
from inventory.models import Device

log = logging.getLogger(__name__)

Contexts = Callable[[], AbstractContextManager[Context]]
"""Opens a context of its own for each device, as `Runtime.context` does."""

Observe = Callable[[Context, int], Observation]
Progress = Callable[[Observation], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSummary:
    """What a scan saw, in the order in which the devices were asked for."""

    observations: tuple[Observation, ...]

    @property
    def outcomes(self) -> Mapping[str, int]:
        return dict(sorted(Counter(seen.outcome for seen in self.observations).items()))

    @property
    def drifted(self) -> tuple[Observation, ...]:
        return tuple(seen for seen in self.observations if seen.outcome == "drifted")


def scan(
    contexts: Contexts, device_ids: Sequence[int], *, attribute: Attribution, threads: int,
    stopping: Sign | None = None, progress: Progress = lambda _: None,
) -> ScanSummary:  # fmt: skip
    """Collect and judge every device, `threads` at a time, and record one summary of it all."""

    def observe(ctx: Context, device_id: int) -> Observation:
        return observe_device(ctx, device_id, attribute=attribute)

    return _all(
        contexts, device_ids, observe=observe, action="drift.scanned", threads=threads,
        stopping=stopping, progress=progress,
    )  # fmt: skip


def collect(
    contexts: Contexts, device_ids: Sequence[int], *, threads: int,
    stopping: Sign | None = None, progress: Progress = lambda _: None,
) -> ScanSummary:  # fmt: skip
    """Collect every device without judging it, and record one summary."""
    return _all(
        contexts, device_ids, observe=collect_device, action="inventory.collected",
        threads=threads, stopping=stopping, progress=progress,
    )  # fmt: skip


def _all(
    contexts: Contexts, device_ids: Sequence[int], *, observe: Observe, action: str, threads: int,
    stopping: Sign | None, progress: Progress,
) -> ScanSummary:  # fmt: skip
    seen, ids = dict[int, Observation](), tuple(dict.fromkeys(device_ids))
    workers = max(1, min(threads, len(ids)))
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="observe") as pool:
        waiting = [pool.submit(_one, contexts, key, observe, stopping) for key in ids]
        for done in as_completed(waiting):
            observation = done.result()
            seen[observation.device_id] = observation
            progress(observation)
    summary = ScanSummary(observations=tuple(seen[key] for key in ids))
    with contexts() as ctx:
        subject = Subject(type="scan", id="-", label=f"{len(seen)} devices")
        ctx.record(action, subject, devices=len(seen), outcomes=summary.outcomes)
    return summary


def _one(
    contexts: Contexts, device_id: int, observe: Observe, stopping: Sign | None
) -> Observation:
    hostname = str(device_id)
    if stopping is not None and stopping.is_set():
        return Observation(device_id=device_id, hostname=hostname, outcome="skipped")
    try:
        with contexts() as ctx:
            hostname = ctx.get(Device, device_id).hostname
            return observe(ctx, device_id)
    except TrimtabError as error:
        detail = error.message
    except Exception as error:  # a defect met at one device must not end the others' scan
        log.exception("the observation of %s failed", hostname)
        detail = repr(error)
    return Observation(device_id=device_id, hostname=hostname, outcome="error", detail=detail)
