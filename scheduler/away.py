"""Queues whose workers are away: one event each, and where that is wanted their jobs move."""

from collections.abc import Iterable

from sqlalchemy import select, text

from core.context import Context
from operations import events
from operations.models import Event
from operations.queue_models import WorkerQueue
from operations.queues import SILENT_SECONDS, move_jobs

KIND = "queue_away"
KEPT_DAYS = 7  # of workers that are gone

_BEATS = text("""
UPDATE queue_worker one SET seen_at = worker.last_heartbeat
FROM procrastinate_workers worker WHERE worker.id = one.id
""")
_FORGET = text("DELETE FROM queue_worker WHERE seen_at < now() - make_interval(days => :days)")
_AWAY = text("""
SELECT queue.id, extract(epoch FROM now() - coalesce(
    (SELECT max(one.seen_at) FROM queue_worker one WHERE queue.name = ANY (one.queues)),
    queue.created_at
)) AS seconds FROM worker_queue queue
""")


def tend(ctx: Context) -> int:
    """Note beats, raise and close the events of queues, move what may move; how many jobs moved.

    Needs `event.write`.
    """
    ctx.session.execute(_BEATS)
    ctx.session.execute(_FORGET, {"days": KEPT_DAYS})
    silent = {row.id: float(row.seconds) for row in ctx.session.execute(_AWAY)}
    queues = ctx.session.scalars(select(WorkerQueue).order_by(WorkerQueue.name)).all()
    away = [one for one in queues if silent[one.id] > max(one.away_seconds, SILENT_SECONDS)]
    _tell(ctx, away)
    _close(ctx, [one.name for one in queues if one not in away])
    return sum(move_jobs(ctx, one) for one in away if one.if_away == "move")


def _tell(ctx: Context, away: Iterable[WorkerQueue]) -> None:
    """An event that lives is not raised again: being away is one state of affairs."""
    marks = {f"{KIND}:{one.name}": one for one in away}
    alive = select(Event.fingerprint).where(Event.fingerprint.in_(marks), Event.state != "closed")
    for mark in marks.keys() - set(ctx.session.scalars(alive)):
        queue = marks[mark]
        then = (
            "its jobs go to the central workers until it is back"
            if queue.if_away == "move"
            else "its jobs wait until it is back"
        )
        events.raise_event(
            ctx, fingerprint=mark, kind=KIND, severity="major",
            title=f"No worker of the queue {queue.name} is alive",
            detail=f"For more than {queue.away_seconds} s nobody served it; {then}.",
        )  # fmt: skip


def _close(ctx: Context, names: Iterable[str]) -> None:
    marks = [f"{KIND}:{name}" for name in names]
    rows = select(Event.id).where(Event.fingerprint.in_(marks), Event.state != "closed")
    over = dict.fromkeys(ctx.session.scalars(rows), "A worker of the queue is alive.")
    if over:
        events.close_all(ctx, over)
