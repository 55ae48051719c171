"""Remove texts that the retention policy lets go; what is known of them stays for ever.

A removed text leaves its snapshots with digest, times, lines and origin, and a note of its size and
of the policy. Never removed: the newest of each kind of a device, and what anything refers to.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Subquery,
    case,
    column,
    delete,
    exists,
    func,
    select,
    table,
    text,
)
from sqlalchemy.orm import aliased

from core.audit import Subject
from core.context import Context
from core.settings import Settings
from inventory.original_models import Original, RedactionCommitment
from inventory.snapshot_models import Content, Snapshot
from inventory.store.repack import sweep, take_out

AT_ONCE = 5000  # texts of one run of the maintenance; the next one goes on

Referred = Callable[[Context], Collection[bytes]]
"""Digests of texts that something refers to without a foreign key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All texts for so many days since they were last seen, then one a day, then one a week."""

    all_days: int
    daily_days: int

    @property
    def told(self) -> str:
        return (
            f"the retention keeps all texts for {self.all_days} days, one a day for "
            f"{self.daily_days}, then one a week"
        )


def policy_of(settings: Settings) -> Policy | None:
    """The installation's policy; None where every text is kept for ever."""
    if settings.keep_all_days is None:
        return None
    daily = max(settings.keep_all_days, settings.keep_daily_days)
    return Policy(all_days=settings.keep_all_days, daily_days=daily)


def apply(ctx: Context, *, referred: Referred) -> int:
    """Remove what the policy lets go, at most some thousand texts, and record it.

    For the platform's own maintenance: it checks no permission.
    """
    sweep(ctx)
    policy = policy_of(ctx.settings)
    if policy is None:
        return 0
    digests = _held(ctx, superseded(ctx, policy, also=referred(ctx)))
    digests &= frozenset(superseded(ctx, policy, also=referred(ctx)))  # as it is, now they are held
    removed = take_out(ctx, digests, reason=policy.told)
    if removed:
        for beside in (Original, RedactionCommitment):
            ctx.session.execute(delete(beside).where(beside.digest.in_(digests)))
        ctx.record(
            "snapshot.texts_removed", Subject(type="snapshot", id="-", label=f"{removed} texts"),
            texts=removed, policy=policy.told,
        )  # fmt: skip
    return removed


def _held(ctx: Context, digests: Collection[bytes]) -> frozenset[bytes]:
    """Those of these texts that nobody begins to refer to at this moment; nobody can from now."""
    locked = select(Content.digest).where(Content.digest.in_(digests))
    return frozenset(ctx.session.scalars(locked.with_for_update(skip_locked=True)))


def superseded(ctx: Context, policy: Policy, *, also: Collection[bytes]) -> Sequence[bytes]:
    """The digests of the texts that the policy lets go; those in `also` are kept."""
    dropped = _dropped(ctx.now(), policy)
    kept = aliased(Snapshot)
    let_go = select(dropped.c.id).where(_let_go(dropped))
    still_shown = exists().where(kept.digest == dropped.c.digest, kept.id.not_in(let_go))
    query = (
        select(dropped.c.digest)
        .distinct()
        .where(_let_go(dropped), ~still_shown, *(~one for one in _references(ctx, dropped)))
        .order_by(dropped.c.digest)
        .limit(AT_ONCE + len(also))
    )
    return [one for one in ctx.session.scalars(query) if one not in also][:AT_ONCE]


def _dropped(now: datetime, policy: Policy) -> Subquery:
    """Old snapshots whose text is kept, numbered from the newest within their day or week.

    The newest of all is the first wherever it is: it is never let go.
    """
    weekly = Snapshot.last_seen_at < now - timedelta(days=policy.daily_days)
    span = case(
        (weekly, func.date_trunc("week", Snapshot.first_seen_at, "UTC")),
        else_=func.date_trunc("day", Snapshot.first_seen_at, "UTC"),
    )
    place = func.row_number().over(
        partition_by=(Snapshot.device_id, Snapshot.source, Snapshot.trusted, weekly, span),
        order_by=Snapshot.id.desc(),
    )
    return (
        select(Snapshot.id, Snapshot.digest, place.label("place"))
        .join(Content, Content.digest == Snapshot.digest)
        .where(
            Content.keyframe_id.is_not(None),
            Snapshot.last_seen_at < now - timedelta(days=policy.all_days),
        )
        .subquery()
    )  # fmt: skip


def _let_go(dropped: Subquery) -> ColumnElement[bool]:
    return dropped.c.place > 1


def _references(ctx: Context, dropped: Subquery) -> Iterator[ColumnElement[bool]]:
    """Whether a row of any table of any room refers to the text, or to a snapshot of it.

    The database itself is asked which tables have such a key: a new one is not forgotten.
    """
    rows = ctx.session.execute(
        text(
            "SELECT c.conrelid::regclass::text AS owner, a.attname AS key,"
            " c.confrelid::regclass::text AS target"
            " FROM pg_constraint c JOIN pg_attribute a"
            " ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND c.confrelid IN ('content'::regclass, 'snapshot'::regclass)"
            " AND c.conrelid NOT IN ('snapshot'::regclass, 'removed_text'::regclass)"
        )
    )
    for row in rows:
        owner = table(row.owner, column(row.key))
        if row.target == "content":
            yield exists().where(owner.c[row.key] == dropped.c.digest)
        else:
            shown = aliased(Snapshot)
            yield exists().where(owner.c[row.key] == shown.id, shown.digest == dropped.c.digest)
