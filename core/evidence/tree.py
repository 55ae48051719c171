"""RFC 6962 Merkle trees over leaf hashes (section 2.1). Pure: no database, no clock, no keys.

A complete subtree of 2**level leaves is named (level, index): it covers the leaves from
index * 2**level on. Whoever keeps a tree answers for complete subtrees only; what is incomplete, at
the right edge, is put together here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

Nodes = Callable[[int, int], bytes]
"""The hash of the complete subtree (level, index)."""

EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(content: bytes) -> bytes:
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows to the right; keeps the complete subtrees that make it up, no more."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees")

    def copy(self) -> "Frontier":
        return Frontier(self.size, self._peaks)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf hash; returns the subtrees that it completed, itself first, level by level."""
        size, made = self.size, [leaf]
        while size & 1:
            leaf = sha256(b"\x01" + self._peaks.pop() + leaf).digest()
            made.append(leaf)
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1
        return made

    def add_complete(self, level: int, node: bytes) -> list[bytes]:
        """As `append` with a whole subtree, where the size is a multiple of 2**level."""
        if self.size % (1 << level):
            raise ValueError(f"no subtree of level {level} begins at {self.size}")
        size, made = self.size >> level, [node]
        while size & 1:
            node = node_hash(self._peaks.pop(), node)
            made.append(node)
            size >>= 1
        self._peaks.append(node)
        self.size += 1 << level
        return made

    @property
    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        *rest, found = self._peaks
        for peak in reversed(rest):
            found = node_hash(peak, found)
        return found


def peaks(size: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees that make up a tree of this size, the largest first."""
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            yield level, (size >> level) - 1


def complete(leaves: Sequence[bytes]) -> bytes:
    """The hash of a complete subtree by its leaf hashes, whose number is a power of two."""
    row = list(leaves)
    while len(row) > 1:
        pair = iter(row)
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(pair, pair)]  # noqa: B905 - one iterator twice
    return row[0]


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The audit path of a leaf, PATH(index, D[size]) (section 2.1.1), the nearest hash first."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path, start, end = list[bytes](), 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """PROOF(old, D[new]) (section 2.1.2): that the larger tree begins with the smaller one."""
    if not 0 < old <= new:
        raise ValueError(f"no tree of {new} leaves begins with one of {old}")
    path, start, end, whole = list[bytes](), 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        path.append(_subtree(start, end, nodes))
    return path[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an audit path leads to (RFC 9162, 2.1.3.2); None when it cannot be a path."""
    if not 0 <= index < size:
        return None
    node, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return found if last == 0 else None


def roots_of_consistency(
    old: int, new: int, old_root: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """Both roots that a consistency proof leads to (RFC 9162, 2.1.4.2); None when it is none."""
    if not 0 < old <= new or old == new:
        return (old_root, old_root) if old == new and not path else None
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return None
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, step)
        node, last = node >> 1, last >> 1
    return (first, second) if last == 0 else None


def _split(width: int) -> int:
    """The largest power of two below the width (section 2.1)."""
    return 1 << (width - 1).bit_length() - 1


def _subtree(start: int, end: int, nodes: Nodes) -> bytes:
    """The hash of the leaves from start to end, where a subtree of that width may begin."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + _split(width)
    return node_hash(_subtree(start, middle, nodes), _subtree(middle, end, nodes))
