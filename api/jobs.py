"""Hand devices to a worker. Speaks to none of them itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.audit import Fact, Subject
from core.context import Context
from core.queue import Job as Request
from core.queue import enqueue
from drift.selection import select_devices
from inventory.candidates.imports.web_api import origin_of
from inventory.candidates.models import DiscoveryRun
from inventory.candidates.runs import subject_of
from inventory.models import Device
from operations.routing import enqueue_routed
from organization.models import Unit

Job = Literal["inventory.collect", "drift.scan"]
NEEDED = {"inventory.collect": "device.collect", "drift.scan": "drift.scan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """`job` is None where the very same waits in the queue already, or nothing is to be done.

    Devices of several queues make several jobs; it is the first one.
    """

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
    asked = Request(task=job, queue="collect", args={"device_ids": ids}, queueing_lock=lock)
    queued = enqueue_routed(ctx, asked)
    subject = Subject(type="job", id=str(queued[0]), label=job)
    ctx.record("job.requested", subject, job=job, device_ids=ids, job_ids=queued)
    return Queued(job=queued[0], devices=len(ids))


def queue_learning(ctx: Context, device_id: int, *, apart: float) -> Queued:
    """Have a worker read a device twice, so many seconds apart. Needs `noise.learn`."""
    device = ctx.get(Device, device_id)
    ctx.require("noise.learn", device)
    args: dict[str, Fact] = {"device_id": device_id, "apart": apart}
    lock = f"noise.learn:{device_id}"
    asked = Request(task="noise.learn", queue="collect", args=args, queueing_lock=lock)
    [queued] = enqueue_routed(ctx, asked)
    ctx.record("job.requested", device, job="noise.learn", apart=apart)
    return Queued(job=queued, devices=1)


def queue_discovery(ctx: Context, run: DiscoveryRun) -> int | None:
    """Have a worker carry out a search that was asked for; the job's number."""
    args: dict[str, Fact] = {"run_id": run.id}
    lock = f"inventory.discover:{run.id}"
    queued = enqueue(ctx, "inventory.discover", queue="collect", args=args, queueing_lock=lock)
    ctx.record("job.requested", subject_of(run), job="inventory.discover")
    return queued


def queue_import(
    ctx: Context, kind: str, *, url: str, token_ref: str, unit: Unit, adopt: str
) -> Queued:
    """Have a worker read another inventory. Needs `device.write` and `credential.write`."""
    ctx.require("device.write", unit)
    ctx.require("credential.write", unit)
    origin_of(url)  # or InvalidInput, before a worker meets it
    args: dict[str, Fact] = {
        "kind": kind, "url": url, "token_ref": token_ref, "unit_id": unit.id, "adopt": adopt,
    }  # fmt: skip
    lock = f"inventory.import:{kind}:{url}"
    queued = enqueue(ctx, "inventory.import", queue="collect", args=args, queueing_lock=lock)
    subject = Subject(type="import", id=f"{kind}:{url}", label=f"{kind}:{url}")
    ctx.record("job.requested", subject, job="inventory.import", token=token_ref)
    return Queued(job=queued, devices=0)
