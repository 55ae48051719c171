"""The Merkle tree of RFC 6962 with SHA-256: roots from paths, and from all leaves."""

from __future__ import annotations

from hashlib import sha256


def leaf_of(content: bytes) -> bytes:
    return sha256(b"\x00" + content).digest()


def joined(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return None
    node, last = index, size - 1
    for step in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            leaf = joined(step, leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = joined(leaf, step)
        node, last = node >> 1, last >> 1
    return leaf if last == 0 else None


def roots_of_path(old: int, new: int, root: bytes, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """RFC 9162, section 2.1.4.2."""
    if old == new:
        return None if path else (root, root)
    steps = [root, *path] if old & (old - 1) == 0 else path
    if not 0 < old < new or not steps:
        return None
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            first, second = joined(step, first), joined(step, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = joined(second, step)
        node, last = node >> 1, last >> 1
    return (first, second) if last == 0 else None


class Peaks:
    """The tree over all leaves so far, one after the other, in logarithmic memory."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        rest = self.size
        while rest & 1:
            leaf, rest = joined(self._peaks.pop(), leaf), rest >> 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root; there has to be a leaf."""
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = joined(peak, root)
        return root
