"""How the log stands: heads, keys, anchors, what waits, what was verified last. Reads only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from core.audit import AuditRecord, Fact
from core.context import Context
from core.evidence.keys import chain, last_head
from core.evidence.models import Anchor, Head, Key
from core.sight import AUDIT, Sight, WholeLog, row_of

LOOKED_AT = 10_000
_WAITING = text("""
SELECT count(*), min(recorded_at) FROM (
    SELECT id, recorded_at FROM audit_record ORDER BY id DESC LIMIT :most
) newest
WHERE NOT EXISTS (SELECT FROM audit_leaf WHERE audit_record_id = newest.id)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What a target outside got: how many heads, and the last one of them."""

    target: str
    count: int
    last: Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A verification as it was recorded; `by` is "" of one whose record is out of sight."""

    record: int
    at: datetime
    by: str
    records: int
    broken: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`log` is its name, to be compared with what was written down; "" before the first seal.

    `waiting` of the newest records have no place yet, the oldest of them since `since`.
    """

    log: str
    keys: Sequence[Key]
    head: Head | None
    waiting: int
    since: datetime | None
    laid: Sequence[Laid]
    verified: Verified | None


def standing(ctx: Context, *, within: Sight | None = None) -> Standing:
    """How the log stands now; needs `audit.read` in any unit.

    Who verified last is told to whom that record is in sight; without `within`, to nobody but who
    has the permission over the whole organization.
    """
    ctx.require(AUDIT)
    keys = chain(ctx.session)
    waiting, since = ctx.session.execute(_WAITING, {"most": LOOKED_AT}).one()
    return Standing(
        log=keys[0].id if keys else "", keys=keys, head=last_head(ctx.session), waiting=waiting,
        since=since, laid=_laid(ctx), verified=_verified(ctx, within),
    )  # fmt: skip


def list_heads(ctx: Context, *, below: int | None = None, limit: int = 50) -> Sequence[Head]:
    """Heads of less than `below` records, the newest first; needs `audit.read` in any unit."""
    ctx.require(AUDIT)
    query = select(Head).order_by(Head.size.desc()).limit(limit)
    return ctx.session.scalars(query if below is None else query.where(Head.size < below)).all()


def list_anchors(
    ctx: Context, target: str, *, before: int | None = None, limit: int = 50
) -> Sequence[Anchor]:
    """What a target got, the newest first; `before` is the id of the last one seen.

    Needs `audit.read` in any unit.
    """
    ctx.require(AUDIT)
    query = select(Anchor).where(Anchor.target == target).order_by(Anchor.id.desc()).limit(limit)
    return ctx.session.scalars(query if before is None else query.where(Anchor.id < before)).all()


def covering(ctx: Context, position: int) -> Sequence[Anchor]:
    """Per target the first anchor whose head covers this place of the log.

    Needs `audit.read` in any unit.
    """
    ctx.require(AUDIT)
    found = (
        ctx.session.scalars(
            select(Anchor)
            .where(Anchor.target == target, Anchor.size > position)
            .order_by(Anchor.size, Anchor.id)
            .limit(1)
        ).first()
        for target in _targets(ctx)
    )
    return [one for one in found if one is not None]


def receipt_facts(receipt: str) -> Mapping[str, Fact]:
    """What a receipt of JSON tells; one that is none is told as a text."""
    try:
        told = json.loads(receipt)
    except ValueError:
        told = receipt
    return told if isinstance(told, dict) else {"receipt": receipt} if receipt else {}


def _targets(ctx: Context) -> Sequence[str]:
    return ctx.session.scalars(select(Anchor.target).distinct().order_by(Anchor.target)).all()


def _laid(ctx: Context) -> Sequence[Laid]:
    grouped = select(Anchor.target, func.count(), func.max(Anchor.id)).group_by(Anchor.target)
    found = ctx.session.execute(grouped.order_by(Anchor.target)).all()
    return [
        Laid(target=target, count=count, last=ctx.get(Anchor, last))
        for target, count, last in found
    ]


def _verified(ctx: Context, within: Sight | None) -> Verified | None:
    row = ctx.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.action == "audit.verified")
        .order_by(AuditRecord.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    facts = row.facts
    return Verified(
        record=row.id, at=row.recorded_at, by=row.actor_name if _seen(ctx, row, within) else "",
        records=_number(facts.get("records")), broken=_number(facts.get("broken")),
        size=_number(facts.get("size")),
    )  # fmt: skip


def _seen(ctx: Context, row: AuditRecord, within: Sight | None) -> bool:
    if within is None:
        return ctx.authority.allows(ctx.session, ctx.person, AUDIT, WholeLog().governing_unit_id)
    return row_of(ctx, row.id, within=within) is not None


def _number(value: Fact) -> int:
    return value if isinstance(value, int) else 0
