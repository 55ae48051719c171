"""Verify the log: every record against its place, every head against the tree. Changes nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.audit import AuditRecord
from core.evidence.archives.shelf import (
    Shelf,
    archive_breaks,
    archive_folder,
    archives_in_force,
)
from core.evidence.breaks import MOST, Broken, Point, Verification
from core.evidence.columns import faults
from core.evidence.diagnosing import diagnosed
from core.evidence.keys import chain
from core.evidence.nodes import STEP, LogBroken, frontier
from core.evidence.signatures import head_breaks, heads_after, is_sound, key_breaks
from core.evidence.tree import Frontier
from core.evidence.walking import Walk
from core.settings import Settings

UNSEALED_SECONDS = 60
"""How old a record may be without a place before that is a break."""

_ALONE = text("SET LOCAL max_parallel_workers_per_gather = 0")
"""One process reads two indexes side by side for less than what several need to hash a million."""
_SIZES = text("""
SELECT (SELECT coalesce(max(position) + 1, 0) FROM audit_leaf),
       (SELECT coalesce(max(size), 0) FROM audit_head), (SELECT count(*) FROM audit_node)
""")


def verify_log(
    session: Session, settings: Settings, *, now: datetime, since: Point | None = None,
    anchored: Sequence[Point] = (), archives: Path | None = None,
) -> Verification:  # fmt: skip
    """Verify everything, or what came after `since`; `anchored` heads have to fit in as well.

    Records that left the database are read from the folder `archives`, or that of the settings.
    Judges what the database holds now, whatever the session has in memory.
    """
    session.execute(_ALONE)
    keys, begin = chain(session), since.size if since else 0
    leaves, sealed, nodes = session.execute(_SIZES).one()
    heads = heads_after(session, begin)
    sound = [head for head in heads if keys and is_sound(head, keys)]
    points = [Point(size=head.size, root=head.root) for head in sound]
    last = [*key_breaks(keys, settings), *head_breaks(heads, keys, since=begin)]
    tree = _begun(session, since, last)
    if tree is None:
        return _told([], last, records=0, since=begin)
    shelf = _shelf(session, archives or archive_folder(settings))
    walk = Walk(
        session=session, tree=tree, good=tree.copy(), points=_by_size(points, anchored), shelf=shelf
    )
    walk.go()
    broken = [
        *archive_breaks(shelf.archives, keys), *shelf.broken, *walk.broken,
        *diagnosed(walk, points, sealed=sealed),
        *shelf.odd_files([one.position for one in walk.suspects]),
        *_end(leaves, sealed, walk.good.size), *_cut_off(anchored, leaves, walk.good.size),
    ]  # fmt: skip
    if not broken and nodes != _kept(walk.tree.size):
        last.append(Broken(kind="altered", what=f"{nodes} kept subtrees are not what there are"))
    unsealed = list(_unsealed(session))
    broken += [one for row in unsealed for one in _unsealed_breaks(row, now)]
    return _told(
        broken, last, records=walk.tree.size + len(unsealed), since=begin, tree=walk.tree,
        unsealed=len(unsealed), archived=walk.archived,
    )  # fmt: skip


def _shelf(session: Session, folder: Path) -> Shelf:
    return Shelf(archives=archives_in_force(session), folder=folder)


def _told(
    broken: Sequence[Broken], last: Sequence[Broken], *, records: int, since: int,
    tree: Frontier | None = None, unsealed: int = 0, archived: int = 0,
) -> Verification:  # fmt: skip
    """The breaks in the order of their places; what has none comes last."""
    tree = tree or Frontier()
    placed = sorted(broken, key=lambda one: (one.position is None, one.position or 0))
    return Verification(
        records=records, size=tree.size, root=tree.root, unsealed=unsealed, since=since,
        archived=archived, broken=tuple([*placed, *last][:MOST]),
    )  # fmt: skip


def _begun(session: Session, since: Point | None, broken: list[Broken]) -> Frontier | None:
    """The tree to go on from; None, and a break more, when it is not as it was verified."""
    if since is None:
        return Frontier()
    try:
        tree = frontier(session, since.size)
    except LogBroken as error:
        broken.append(Broken(kind="missing", what=error.message))
        return None
    if tree.root == since.root:
        return tree
    broken.append(
        Broken(kind="altered", what=f"the tree of {since.size} records is not as it was verified")
    )
    return None


def _by_size(*points: Sequence[Point]) -> dict[int, list[Point]]:
    found = defaultdict[int, list[Point]](list)
    for some in points:
        for one in some:
            found[one.size].append(one)
    return found


def _end(leaves: int, sealed: int, good: int) -> Iterator[Broken]:
    """Whether the tree ends where the last head does; `good` records are as they were signed."""
    if leaves < sealed:
        yield Broken(
            kind="missing", position=good,
            what=f"the last head covers {sealed} records, and {leaves} have a place",
        )  # fmt: skip
    if leaves > sealed:
        yield Broken(
            kind="unsealed", position=sealed,
            what=f"{leaves} records have a place, and the last head covers {sealed}",
        )  # fmt: skip


def _cut_off(anchored: Sequence[Point], leaves: int, good: int) -> Iterator[Broken]:
    """The largest anchor that is larger than the log."""
    most = max(anchored, key=lambda one: one.size, default=None)
    if most and most.size > leaves:
        yield Broken(
            kind="missing", position=good,
            what=f"{most.source} holds a signed head of {most.size} records; the log was cut off",
        )  # fmt: skip


def _kept(size: int) -> int:
    """How many subtrees are kept of a tree of this size."""
    return sum(size >> level for level in range(STEP, size.bit_length(), STEP))


def _unsealed(session: Session) -> Iterator[AuditRecord]:
    rows = (
        select(AuditRecord)
        .where(text("NOT EXISTS (SELECT FROM audit_leaf WHERE audit_record_id = audit_record.id)"))
        .order_by(AuditRecord.id)
    )
    return iter(session.scalars(rows.execution_options(populate_existing=True)))


def _unsealed_breaks(row: AuditRecord, now: datetime) -> Iterator[Broken]:
    for what in faults(row):
        yield Broken(kind="altered", id=row.id, what=what)
    if now - row.recorded_at > timedelta(seconds=UNSEALED_SECONDS):
        yield Broken(kind="unsealed", id=row.id, what="no head covers the record")
