"""Which queue a job of devices goes to: that of their jurisdiction, else the central one.

A unit's queue serves the devices of the unit and of those below it, down to the next unit with a
queue of its own. Puts nothing into a queue itself but what it is handed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select, text

from core.audit import Fact
from core.context import Context
from core.queue import Job, enqueue_all
from inventory.models import Device, Site
from operations.job_kinds import Devices, Reading, kind_of
from organization.units import units_below

_REACH = text("""
WITH RECURSIVE reach AS (
    SELECT unit_id AS id, name FROM worker_queue
    UNION ALL
    SELECT unit.id, reach.name FROM unit JOIN reach ON unit.parent_id = reach.id
    WHERE NOT EXISTS (SELECT FROM worker_queue other WHERE other.unit_id = unit.id)
)
SELECT id, name FROM reach
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """By unit the queue of its devices; units that are not here belong to the central queues."""

    queues: Mapping[int, str]


def routes(ctx: Context) -> Routes:
    """The routes as they are now; one small query."""
    return Routes(queues={row.id: row.name for row in ctx.session.execute(_REACH)})


def units_served(ctx: Context, queue: str, units: frozenset[int]) -> frozenset[int]:
    """Those of the units whose devices belong to the queue; any built-in one has the rest."""
    known = routes(ctx).queues
    if queue in known.values():
        return frozenset(unit for unit in units if known.get(unit) == queue)
    return units - known.keys()


def queue_of(ctx: Context, device_ids: Sequence[int]) -> str | None:
    """The one queue that has all these devices; None where that is a central one."""
    found = _by_queue(ctx, routes(ctx), device_ids)
    return next(iter(found)) if len(found) == 1 else None


def split(ctx: Context, known: Routes, job: Job) -> list[Job]:
    """The job as one for each queue that has devices of it; unchanged where none has its own."""
    if not known.queues:
        return [job]
    arguments = kind_of(job.task).arguments
    if arguments is Reading:
        reading = Reading.model_validate(job.args)
        [queue] = _by_queue(ctx, known, [reading.device_id]) or [None]
        return [handed(job, queue)]
    if arguments is not Devices:
        return [job]
    asked = Devices.model_validate(job.args)
    if asked.device_ids or asked.hostnames:
        return _split_named(ctx, known, job, asked)
    return _split_open(ctx, known, job, asked)


def handed(job: Job, queue: str | None, args: Mapping[str, Fact] | None = None) -> Job:
    """The job in another queue, None for its own; its locks are that queue's too."""
    args = job.args if args is None else args
    if queue is None:
        return replace(job, args=args)
    return replace(
        job, queue=queue, args=args,
        lock=None if job.lock is None else f"{job.lock}@{queue}",
        queueing_lock=None if job.queueing_lock is None else f"{job.queueing_lock}@{queue}",
    )  # fmt: skip


def enqueue_routed(ctx: Context, job: Job) -> list[int | None]:
    """Enqueue the job in the queues of its devices; what each part became."""
    return enqueue_all(ctx, split(ctx, routes(ctx), job))


def _split_named(ctx: Context, known: Routes, job: Job, asked: Devices) -> list[Job]:
    """Each queue gets the ids of its devices; names that nobody has stay, so that the job tells."""
    rows = ctx.session.execute(
        select(Device.hostname, Device.id).where(Device.hostname.in_(asked.hostnames))
    )
    ids = {row.hostname: row.id for row in rows}
    wanted = dict.fromkeys([*asked.device_ids, *ids.values()])
    found = _by_queue(ctx, known, list(wanted))
    missing = [name for name in asked.hostnames if name not in ids]
    if missing:
        found.setdefault(None, [])
    parts = list[Job]()
    for queue, part in found.items():
        names = {"hostnames": missing} if missing and queue is None else {}
        rest = {key: value for key, value in job.args.items() if key != "hostnames"}
        parts.append(handed(job, queue, {**rest, "device_ids": part, **names}))
    return parts or [job]


def _split_open(ctx: Context, known: Routes, job: Job, asked: Devices) -> list[Job]:
    """Each queue gets the same question, of its own devices only."""
    owner = func.coalesce(Device.unit_id, Site.unit_id)
    rows = select(owner).join(Site, Site.id == Device.site_id).where(Device.state == "active")
    if asked.site is not None:
        rows = rows.where(Site.code == asked.site)
    if asked.unit_id is not None:
        rows = rows.where(owner.in_(units_below(ctx, asked.unit_id)))
    units = ctx.session.scalars(rows.distinct()).all()
    found = dict.fromkeys(known.queues.get(unit) for unit in sorted(units))
    parts = [handed(job, one, {**job.args, "queue": one or job.queue}) for one in found]
    return parts or [job]


def _by_queue(
    ctx: Context, known: Routes, device_ids: Sequence[int]
) -> dict[str | None, list[Fact]]:
    """The devices by queue, in their order; an id that no device has goes with the central ones."""
    rows = ctx.session.execute(
        select(Device.id, func.coalesce(Device.unit_id, Site.unit_id).label("unit_id"))
        .join(Site, Site.id == Device.site_id)
        .where(Device.id.in_(device_ids))
    )
    units = {row.id: row.unit_id for row in rows}
    found: dict[str | None, list[Fact]] = {}
    for key in device_ids:
        found.setdefault(known.queues.get(units.get(key, 0)), []).append(key)
    return found
