"""Hand devices to a worker. Speaks to none of them itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.audit import Fact, Subject
from core.context import Context
from core.queue import enqueue
from drift.selection import select_devices

Job = Literal["inventory.collect", "drift.scan"]
NEEDED = {"inventory.collect": "device.collect", "drift.scan": "drift.scan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """`job` is None where the very same waits in the queue already, or nothing is to be done."""

    job: int | None
    devices: int


def queue_devices(
    ctx: Context, job: Job, *, device_ids: Sequence[int] = (), hostnames: Sequence[str] = (),
    site: str | None = None,
) -> Queued:  # fmt: skip
    """Have the named devices, or all active ones (of a site), collected or scanned now."""
    ids: list[Fact] = [
        *select_devices(
            ctx, permission=NEEDED[job], device_ids=device_ids, hostnames=hostnames, site=site
        )
    ]
    if not ids:  # a job without devices would reach for all of them
        return Queued(job=None, devices=0)
    lock = f"{job}:{ids[0]}" if len(ids) == 1 else None
    queued = enqueue(ctx, job, queue="collect", args={"device_ids": ids}, queueing_lock=lock)
    subject = Subject(type="job", id=str(queued), label=job)
    ctx.record("job.requested", subject, job=job, device_ids=ids)
    return Queued(job=queued, devices=len(ids))
