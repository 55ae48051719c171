"""The sealer: gives records their places in the tree and signs its head. Changes no record.

Writers insert and never wait for each other; one sealer at a time, by an advisory lock, appends
what has been committed since, in the order in which it was written as far as it came together. A
record whose transaction commits late gets a later place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, text

from core.context import Context
from core.evidence.keys import LOCK_NUMBER, Signer, chain, ensure_key, last_head, signer_of
from core.evidence.models import Head
from core.evidence.nodes import STEP, LogBroken, frontier
from core.evidence.statements import HeadStatement, key_id_of
from core.evidence.tree import Frontier, leaf_hash

BATCH = 10_000
"""Records under one head at most."""
_TRY = text("SELECT pg_try_advisory_xact_lock(:number)")
_HORIZON = text("""
SELECT pg_snapshot_xmin(seen)::text::bigint, pg_snapshot_xmax(seen)::text::bigint
FROM pg_current_snapshot() AS seen
""")
_WAITING = text("""
SELECT record.id, record.canonical, record.xact FROM audit_record record
WHERE record.xact >= :mark AND record.xact < :bound
  AND (SELECT true FROM audit_leaf leaf WHERE leaf.audit_record_id = record.id) IS NULL
ORDER BY record.xact, record.id LIMIT :batch
""")
_ALL_WAITING = text("""
SELECT record.id, record.canonical, record.xact FROM audit_record record
WHERE record.id > :swept
  AND NOT EXISTS (SELECT FROM audit_leaf leaf WHERE leaf.audit_record_id = record.id)
ORDER BY record.id LIMIT :batch
""")
_LEAVES = text("SELECT coalesce(max(position) + 1, 0) FROM audit_leaf")
_ADD_LEAVES = text("""
INSERT INTO audit_leaf (position, audit_record_id, hash)
SELECT * FROM unnest(
    CAST(:places AS bigint[]), CAST(:records AS bigint[]), CAST(:hashes AS bytea[])
)
""")
_ADD_NODES = text("""
INSERT INTO audit_node (level, "index", hash)
SELECT * FROM unnest(
    CAST(:levels AS smallint[]), CAST(:indexes AS bigint[]), CAST(:hashes AS bytea[])
)
""")


Waiting = Sequence[Row[int, bytes, int]]
"""Records by number, canonical bytes and transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where the sealer looks next: at records of this transaction and later ones.

    Until `swept` is None it looks at all records, the numbers up to `swept` being done; `xact` is
    the lowest transaction that was under way when it began.
    """

    xact: int
    swept: int | None


FIRST = Mark(xact=0, swept=0)
"""Look at all records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """How many records one call sealed, the tree's size then, and the mark for the next call.

    `full` says that more may wait.
    """

    records: int
    size: int
    mark: Mark
    full: bool


def seal_all(ctx: Context) -> int:
    """Seal everything that waits, batch by batch, each committed; returns how many records."""
    total, mark = 0, FIRST
    while True:
        done = seal(ctx, mark=mark)
        ctx.commit()
        if done is None:
            return total
        total, mark = total + done.records, done.mark
        if not done.full:
            return total


def seal(ctx: Context, *, mark: Mark = FIRST, batch: int = BATCH) -> Sealed | None:
    """Append what waits and sign the new head; None while somebody else is at it.

    Whoever passes the last call's mark spares the look at older transactions, all of which had
    ended. Raises LogBroken when the kept tree contradicts its last head, LogKeyUnavailable without
    the key; then nothing is sealed. It needs no permission: it adds nothing to what was recorded.
    """
    if not ctx.session.scalar(_TRY, {"number": LOCK_NUMBER}):
        return None
    key = ensure_key(ctx)
    waiting, after = _waiting(ctx, mark, batch)
    head = last_head(ctx.session)
    if waiting:
        signer = signer_of(ctx.settings, key)
        tree = _taken_up(ctx, head)
        grown = _grown(tree, waiting)
        head = _signed(ctx, tree, signer, previous=head.size if head else 0)
        _add(ctx, grown)
    return Sealed(
        records=len(waiting), size=head.size if head else 0, mark=after,
        full=len(waiting) == batch,
    )  # fmt: skip


def _waiting(ctx: Context, mark: Mark, batch: int) -> tuple[Waiting, Mark]:
    """Records without a place in the order of their numbers, and the mark for the next look.

    Every transaction below the lowest one under way had ended before the records were looked for,
    so what is below it is all here, unless there was more than a batch.
    """
    lowest, bound = ctx.session.execute(_HORIZON).one()
    if mark.swept is not None:
        asked = {"swept": mark.swept, "batch": batch}
        found = ctx.session.execute(_ALL_WAITING, asked).all()
        swept = found[-1].id if len(found) == batch else None
        return found, Mark(xact=mark.xact or lowest, swept=swept)
    asked = {"mark": mark.xact, "bound": bound, "batch": batch}
    found = ctx.session.execute(_WAITING, asked).all()
    if len(found) == batch:
        lowest = min(lowest, found[-1].xact)
    return sorted(found, key=lambda row: int(row.id)), Mark(xact=lowest, swept=None)


def _signed(ctx: Context, tree: Frontier, signer: Signer, *, previous: int) -> Head:
    told = HeadStatement(
        log=chain(ctx.session)[0].id, size=tree.size, previous=previous, root=tree.root,
        sealed_at=ctx.now(), key_id=key_id_of(signer.public_key),
    )  # fmt: skip
    return ctx.add(
        Head(
            size=told.size, previous=previous, root=told.root, sealed_at=told.sealed_at,
            key_id=told.key_id, signature=signer.sign(told.canonical),
        )
    )  # fmt: skip


def _taken_up(ctx: Context, head: Head | None) -> Frontier:
    """The tree under the last head, or LogBroken when the rows are not what was signed."""
    leaves, size = ctx.session.scalar(_LEAVES), head.size if head else 0
    if leaves != size:
        raise LogBroken(
            f"The audit log's last head covers {size} records, and {leaves} have a place: nothing "
            "is sealed on top of that. `trimtab audit verify` tells what is wrong."
        )
    tree = frontier(ctx.session, size)
    if head and tree.root != head.root:
        raise LogBroken(
            f"The audit log's tree of {size} records does not have the root that was signed: "
            "nothing is sealed on top of that. `trimtab audit verify` tells what is wrong."
        )
    return tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What a tree got: the place of the first leaf, leaves, and the subtrees that they complete."""

    begin: int
    records: Sequence[int]
    hashes: Sequence[bytes]
    nodes: Sequence[tuple[int, int, bytes]]


def _grown(tree: Frontier, waiting: Waiting) -> Grown:
    """Let the tree grow; nothing is written before its root is signed, which may fail."""
    begin, hashes = tree.size, [leaf_hash(row.canonical) for row in waiting]
    nodes: list[tuple[int, int, bytes]] = []
    for leaf in hashes:
        made = tree.append(leaf)
        nodes += [
            (level, (tree.size >> level) - 1, made[level]) for level in range(STEP, len(made), STEP)
        ]
    return Grown(begin=begin, records=[row.id for row in waiting], hashes=hashes, nodes=nodes)


def _add(ctx: Context, grown: Grown) -> None:
    """Give the records their places, and keep the subtrees that they complete."""
    places = range(grown.begin, grown.begin + len(grown.records))
    ctx.session.execute(
        _ADD_LEAVES,
        {"places": list(places), "records": grown.records, "hashes": grown.hashes},
    )
    if grown.nodes:
        levels, indexes, found = zip(*grown.nodes, strict=True)
        ctx.session.execute(
            _ADD_NODES, {"levels": list(levels), "indexes": list(indexes), "hashes": list(found)}
        )
