"""Queues near the devices over REST."""

from datetime import datetime

from fastapi import APIRouter

from api.access import Ctx
from api.pages import After, Limit, Page, page_within
from api.shapes import Body, Key, OfRow, Text
from changes import leases
from operations import queue_depths, queue_roles, queues
from operations.queue_models import WorkerQueue
from organization import units

router = APIRouter(tags=["queues"])


class QueueOut(OfRow):
    """`if_away` is wait or move: what happens to its jobs after `away_seconds` without a worker."""

    id: int
    name: str
    unit_id: int
    if_away: str
    away_seconds: int
    role_name: str | None
    created_at: datetime


class QueueIn(Body):
    """`if_away` is `wait` or `move`, with a time after a colon: `move:15m`."""

    name: Text
    unit_code: Text
    if_away: Text = "wait"


class WorkerOut(OfRow):
    name: str
    host: str
    version: str
    started_at: datetime
    seen_at: datetime


class StandingOut(OfRow):
    queue: QueueOut
    workers: list[WorkerOut]
    waiting: int
    running: int


class DepthOut(OfRow):
    """A queue of everybody's."""

    name: str
    workers: list[WorkerOut]
    waiting: int
    running: int


class JobOut(OfRow):
    """A job that waits (todo) or runs (doing); `beat_at` is when its worker was heard last."""

    id: int
    task: str
    status: str
    attempts: int
    worker: str | None
    beat_at: datetime | None
    since_at: datetime | None


class LeaseOut(OfRow):
    """A run of a change under way, and until when its worker holds it unless it beats again."""

    id: int
    change_id: int
    worker: str
    claimed_at: datetime
    lease_until: datetime
    started_touching_at: datetime | None


class RoleOut(OfRow):
    """The password is kept nowhere and shown this once.

    `address` is TRIMTAB_DATABASE_URL of the worker's host; `host` is null where nobody told it.
    `authority` (PEM) verifies the embedded server, empty for another one.
    """

    role: str
    password: str
    database: str
    host: str | None
    port: int
    address: str
    authority: str


class MovedOut(Body):
    moved: int


def _queue(row: WorkerQueue) -> QueueOut:
    return QueueOut.of(row)


@router.get("/queues")
def list_queues(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[QueueOut]:
    rows = queues.list_queues(ctx)
    return page_within(rows, _queue, lambda row: row.id, after=after, limit=limit)


@router.post("/queues", status_code=201)
def create_queue(body: QueueIn, ctx: Ctx) -> QueueOut:
    unit = units.by_code(ctx, body.unit_code)
    return _queue(queues.create_queue(ctx, name=body.name, unit=unit, if_away=body.if_away))


@router.get("/queues/{queue_id}")
def get_queue(queue_id: Key, ctx: Ctx) -> StandingOut:
    """The queue with its workers that are alive, and how many jobs wait and run."""
    return StandingOut.of(queues.standing(ctx, queues.get_queue(ctx, queue_id)))


@router.get("/queues/{queue_id}/jobs")
def list_jobs(queue_id: Key, ctx: Ctx) -> list[JobOut]:
    """What runs in it, and what waits longest."""
    return [JobOut.of(one) for one in queue_depths.jobs(ctx, queues.get_queue(ctx, queue_id))]


@router.get("/central-queues")
def list_central(ctx: Ctx) -> list[DepthOut]:
    """The queues of everybody's, with their workers and depths."""
    return [DepthOut.of(one) for one in queue_depths.central(ctx)]


@router.get("/leases")
def list_leases(ctx: Ctx) -> list[LeaseOut]:
    """Runs of changes that are not over; the lease that ends first comes first."""
    return [LeaseOut.of(one) for one in leases.under_way(ctx)]


@router.post("/queues/{queue_id}/role", status_code=201)
def give_role(queue_id: Key, ctx: Ctx) -> RoleOut:
    """Make the database role of its workers, or renew its password."""
    return RoleOut.of(queue_roles.give_role(ctx, queues.get_queue(ctx, queue_id)))


@router.post("/queues/{queue_id}/handover", status_code=202)
def hand_over(queue_id: Key, ctx: Ctx) -> MovedOut:
    """Hand the jobs that wait in it to the central workers now."""
    return MovedOut(moved=queues.hand_over(ctx, queues.get_queue(ctx, queue_id)))


@router.delete("/queues/{queue_id}", status_code=204)
def remove_queue(queue_id: Key, ctx: Ctx) -> None:
    queue_roles.remove_queue(ctx, queues.get_queue(ctx, queue_id))
