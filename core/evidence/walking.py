"""Walk over every leaf with its record, from some place on to the end. Reads only.

A million records have to be walked in seconds: rows come from a cursor of the server's as plain
tuples, and what looks sound is looked at once.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.audit import AuditRecord
from core.evidence.archives.shelf import Shelf
from core.evidence.breaks import MOST, Broken, Kind, Point
from core.evidence.columns import faults
from core.evidence.likeness import is_likely
from core.evidence.nodes import STEP
from core.evidence.tree import Frontier, complete, leaf_hash
from core.evidence.walked_rows import Place, places, rows

_NODES = text('SELECT level, "index", hash FROM audit_node')


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A record whose bytes, here or in the archive `file`, do not have its leaf's hash but this."""

    position: int
    id: int
    hash: bytes
    file: str | None = None


@dataclass(slots=True, kw_only=True)
class Walk:
    """What a walk found.

    `good` is the tree at the last point before the first one that `failed`, `joined` the largest
    head that has its signed root. Behind a gap no root can be told: then the walk is `torn`.
    """

    session: Session
    tree: Frontier
    shelf: Shelf
    points: Mapping[int, Sequence[Point]]
    good: Frontier
    broken: list[Broken] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)
    failed: list[Point] = field(default_factory=list)
    odd_nodes: list[tuple[int, int, str]] = field(default_factory=list)
    joined: int = 0
    archived: int = 0
    torn: bool = False
    _nodes: Mapping[tuple[int, int], bytes] = field(default_factory=dict)
    _sizes: list[int] = field(default_factory=list)

    def go(self) -> None:
        """Look at every leaf from the tree's size on."""
        kept = self.session.execute(_NODES)
        self._sizes = sorted(self.points)
        self._nodes = {(level, index): bytes(hashed) for level, index, hashed in kept}
        for some in places(self.session, self.tree.size):
            self._look(some)
            for start in range(0, len(some), 1 << STEP):
                self._grow(some[start : start + (1 << STEP)])

    def _look(self, some: Sequence[Place]) -> None:
        """Compare records with their leaves and their own columns."""
        doubtful, found = dict[int, int](), rows(self.session, [number for _, number, _ in some])
        for position, number, leaf in some:
            row = found.get(number)
            if row is None:
                self._archived(position, number, leaf)
                continue
            hashed = leaf_hash(row[3])
            if hashed != leaf:
                self._suspect(Suspect(position=position, id=number, hash=hashed))
            elif hashed != row[1] or not row[2] or not is_likely(row[3:]):
                doubtful[number] = position
        self._decide(doubtful)

    def _archived(self, position: int, number: int, leaf: bytes) -> None:
        """Compare a record that is not here with its leaf, where an archive has it."""
        one, line = self.shelf.covers(position), self.shelf.line(position)
        if one is None:
            self.tell("missing", "the record is not there", id=number, position=position)
        elif line is not None:
            self.archived += 1
            found = leaf_hash(line)
            if found != leaf:
                self._suspect(Suspect(position=position, id=number, hash=found, file=one.file))

    def _grow(self, some: Sequence[Place]) -> None:
        """Add leaves to the tree, the usual 256 of a kept subtree at once."""
        size, end = self.tree.size, self.tree.size + len(some)
        whole = size % (1 << STEP) == 0 and len(some) == 1 << STEP
        if whole and some[-1][0] == end - 1 and not self._points_between(size, end):
            leaves = complete([leaf for _, _, leaf in some])
            self._grown(STEP, self.tree.add_complete(STEP, leaves))
            return
        for position, _, leaf in some:
            if position != self.tree.size:
                self._tear(position)
            self._grown(0, self.tree.append(leaf))

    def _grown(self, level: int, made: Sequence[bytes]) -> None:
        if level + len(made) > STEP:
            self._compare(level, made)
        if self.tree.size in self.points and not self.torn:
            self._check()

    def _points_between(self, size: int, end: int) -> bool:
        """Whether a root is known for a tree larger than the one and smaller than the other."""
        at = bisect_right(self._sizes, size)
        return at < len(self._sizes) and self._sizes[at] < end

    def _suspect(self, one: Suspect) -> None:
        if len(self.suspects) < MOST:
            self.suspects.append(one)

    def tell(self, kind: Kind, what: str, *, id: int | None, position: int | None) -> None:  # noqa: A002
        if len(self.broken) < MOST:
            self.broken.append(Broken(kind=kind, what=what, id=id, position=position))

    def _decide(self, doubtful: Mapping[int, int]) -> None:
        """Look closely at the records in doubt, by their numbers."""
        for row in _records(self.session, list(doubtful)) if doubtful else ():
            for what in faults(row):
                self.tell("altered", what, id=row.id, position=doubtful[row.id])

    def _tear(self, found: int) -> None:
        """Go on behind a gap; roots cannot be told any more."""
        gone, begin = found - self.tree.size, self.tree.size
        words = "the leaf is" if gone == 1 else f"{gone} leaves are"
        self.tell("missing", f"{words} not there", id=None, position=begin)
        self.torn = True
        self.tree = Frontier(found, [bytes(32)] * found.bit_count())

    def _compare(self, lowest: int, made: Sequence[bytes]) -> None:
        """Compare the completed subtrees, from that level on, with the kept ones."""
        for level in range(STEP, lowest + len(made), STEP):
            index = (self.tree.size >> level) - 1
            kept = self._nodes.get((level, index))
            if kept != made[level - lowest] and not self.torn and len(self.odd_nodes) < MOST:
                what = "is not there" if kept is None else "is another one"
                self.odd_nodes.append((level, index, what))

    def _check(self) -> None:
        """Compare the root with those that were signed or laid down for this size."""
        for point in self.points[self.tree.size]:
            if point.root != self.tree.root:
                self.failed.append(point)
                continue
            if not self.failed:
                self.good = self.tree.copy()
            if point.source == "head":
                self.joined = self.tree.size


def _records(session: Session, numbers: Sequence[int]) -> Sequence[AuditRecord]:
    rows = select(AuditRecord).where(AuditRecord.id.in_(numbers)).order_by(AuditRecord.id)
    return session.scalars(rows.execution_options(populate_existing=True)).all()
