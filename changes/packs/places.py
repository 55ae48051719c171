"""Where the records of a pack stand in the log. Seals what waits, writes nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text

from core.context import Context
from core.evidence.errors import LogKeyUnavailable
from core.evidence.keys import lock
from core.evidence.models import Head
from core.evidence.nodes import LogBroken
from core.evidence.proofs import NotSealed
from core.evidence.sealing import seal_all

TRIES = 3
_PLACES = text("""
SELECT position, audit_record_id FROM audit_leaf
WHERE audit_record_id = ANY (CAST(:records AS bigint[])) ORDER BY position
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Records by their positions, rising, and the smallest head that covers all of them."""

    head: Head
    positions: Sequence[int]
    records: Sequence[int]


def placed(ctx: Context, records: frozenset[int]) -> Places:
    """The places of these records; those that wait are sealed first, which commits.

    Raises NotSealed, with the reason, where they cannot be.
    """
    found, problem = _found(ctx, records), ""
    for _ in range(TRIES):
        if len(found) == len(records):
            break
        try:
            lock(ctx.session)  # waits for whoever seals now
            seal_all(ctx)
        except (LogBroken, LogKeyUnavailable) as error:
            problem = f" {error.message}"
            break
        found = _found(ctx, records)
    if len(found) < len(records):
        raise NotSealed(
            f"{len(records) - len(found)} of {len(records)} records have no place in the signed "
            f"log yet, so nothing can be proven with them.{problem}"
        )
    positions, numbers = zip(*found, strict=True)
    return Places(head=_head(ctx, positions[-1]), positions=positions, records=numbers)


def _found(ctx: Context, records: frozenset[int]) -> Sequence[tuple[int, int]]:
    rows = ctx.session.execute(_PLACES, {"records": sorted(records)})
    return [(position, record) for position, record in rows]


def _head(ctx: Context, last: int) -> Head:
    """The smallest head that covers this position; a later one would make another pack."""
    head = ctx.session.scalar(select(Head).where(Head.size > last).order_by(Head.size).limit(1))
    if head is None:
        raise LogBroken(
            f"No signed head covers position {last} of the audit log; `trimtab audit verify` tells "
            "what is wrong."
        )
    return head
