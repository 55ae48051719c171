"""How devices stood over time: kept where it changed, found for a past time. Judges nothing."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CTE, delete, or_, select, true
from sqlalchemy.dialects.postgresql import Insert, distinct_on, insert
from sqlalchemy.orm import aliased

from core.audit import Subject
from core.context import Context
from drift.models import Judged
from drift.standing_models import RuleSet, Standing

AT_ONCE = 20_000  # rows that one run of the maintenance removes; the next one goes on
Asked = tuple[bytes, tuple[str, ...]]
"""The digest of rules, and their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """How a device stood since a time; `digest` is that of the rules, None where none is kept."""

    since: datetime
    outcome: str
    rules: frozenset[str]
    digest: bytes | None
    failed: Mapping[str, str]


def name_rules(ctx: Context, asked: Collection[Asked]) -> dict[Asked, bytes]:
    """Keep these sets of rules, each once; by set the name that rows refer to it by."""
    names = {one: _name(one) for one in asked}
    kept = select(RuleSet.name).where(RuleSet.name.in_(names.values()))
    known = set(ctx.session.scalars(kept)) if names else set()
    new = [
        {"name": name, "digest": digest, "rules": list(rules)}
        for (digest, rules), name in sorted(names.items(), key=lambda one: one[1])
        if name not in known
    ]
    if new:
        ctx.session.execute(insert(RuleSet).on_conflict_do_nothing(), new)
    return names


def _name(asked: Asked) -> bytes:
    digest, rules = asked
    return hashlib.sha256(digest + "\n".join(rules).encode()).digest()


def changed(told: CTE) -> Insert:
    """The statement that keeps of these judgements the ones that differ from the devices' last.

    `told` has `device_id`, `judged_at`, `outcome`, `rule_set` and `failed`.
    """
    last = (
        select(Standing.outcome, Standing.rule_set, Standing.failed)
        .where(Standing.device_id == told.c.device_id)
        .order_by(Standing.since.desc())
        .limit(1)
        .lateral("last")
    )
    same = ("outcome", "rule_set", "failed")
    differing = or_(*(last.c[name].is_distinct_from(told.c[name]) for name in same))
    rows = (
        select(told.c.device_id, told.c.judged_at, *(told.c[name] for name in same))
        .join_from(told, last, true(), isouter=True)
        .where(differing)
    )
    row = insert(Standing).from_select(["device_id", "since", *same], rows)
    values = {name: row.excluded[name] for name in same}
    return row.on_conflict_do_update(index_elements=["device_id", "since"], set_=values)


def at(ctx: Context, device_ids: Collection[int], time: datetime) -> dict[int, Stood]:
    """By device how it stood at a time; those of which nothing is known then are missing.

    A judgement from before this history was kept counts from its time on.
    """
    rows = (
        select(Standing, RuleSet)
        .join(RuleSet, RuleSet.name == Standing.rule_set)
        .where(Standing.device_id.in_(device_ids), Standing.since <= time)
        .ext(distinct_on(Standing.device_id))
        .order_by(Standing.device_id, Standing.since.desc())
    )
    found = {
        row.device_id: Stood(
            since=row.since, outcome=row.outcome, rules=frozenset(asked.rules),
            digest=asked.digest, failed=row.failed,
        )
        for row, asked in ctx.session.execute(rows)
    }  # fmt: skip
    return _from_before(ctx, set(device_ids) - found.keys(), time) | found


def _from_before(ctx: Context, device_ids: Collection[int], time: datetime) -> dict[int, Stood]:
    rows = select(Judged).where(Judged.device_id.in_(device_ids), Judged.judged_at <= time)
    return {
        row.device_id: Stood(
            since=row.judged_at, outcome=row.outcome, rules=frozenset(row.rules), digest=None,
            failed=row.failed,
        )
        for row in (ctx.session.scalars(rows) if device_ids else ())
    }  # fmt: skip


def kept_since(ctx: Context) -> datetime | None:
    """From when on this history is whole; None where all of it is kept."""
    days = ctx.settings.keep_standings_days
    return None if days is None else ctx.now() - timedelta(days=days)


def remove_old(ctx: Context) -> int:
    """Remove the rows that stopped holding before the retention's time, and record how many.

    For the platform's own maintenance: it checks no permission.
    """
    since = kept_since(ctx)
    if since is None:
        return 0
    removed = _removed(ctx, since)
    if removed:
        ctx.record(
            "standing.removed", Subject(type="standing", id="-", label=f"{removed} standings"),
            standings=removed, until=since.isoformat(),
        )  # fmt: skip
    return removed


def _removed(ctx: Context, since: datetime) -> int:
    """A row goes once the one after it began by then: that one tells from there on."""
    later = aliased(Standing)
    followed = (
        select(later.device_id)
        .where(
            later.device_id == Standing.device_id, later.since > Standing.since,
            later.since <= since,
        )
        .exists()
    )  # fmt: skip
    old = select(Standing.device_id, Standing.since).where(followed).limit(AT_ONCE).cte("old")
    gone = delete(Standing).where(
        Standing.device_id == old.c.device_id, Standing.since == old.c.since
    )
    rows: Sequence[int] = ctx.session.scalars(gone.returning(Standing.device_id)).all()
    return len(rows)
