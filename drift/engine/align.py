"""Align two sequences: index pairs of a long common subsequence. Pure; never quadratic.

Equal ends are taken first, then elements that are unique on both sides anchor the rest (patience),
and what stands between anchors is aligned exactly where that is small.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

SMALL = 40_000  # cells of an exact table between two anchors
Pair = tuple[int, int]


def common(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Pair]:
    """Index pairs of equal elements, increasing on both sides."""
    low = 0
    while low < min(len(a), len(b)) and a[low] == b[low]:
        low += 1
    high = 0
    while high < min(len(a), len(b)) - low and a[-1 - high] == b[-1 - high]:
        high += 1
    inner = _between(a[low : len(a) - high], b[low : len(b) - high])
    pairs = [(i + low, j + low) for i, j in inner]
    ends = [(len(a) - k, len(b) - k) for k in range(high, 0, -1)]
    return [(i, i) for i in range(low)] + pairs + ends


def anchors(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Pair]:
    """Pairs of elements unique on both sides, in increasing order on both (the longest chain)."""
    once_a, once_b = Counter(a), Counter(b)
    place = {one: i for i, one in enumerate(a) if once_a[one] == 1}
    pairs = [(place[one], j) for j, one in enumerate(b) if once_b[one] == 1 and one in place]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = [-1] * len(pairs)
    for index, (i, _) in enumerate(pairs):
        at = bisect_left(tails, i)
        before[index] = ends[at - 1] if at else -1
        tails[at : at + 1], ends[at : at + 1] = [i], [index]
    chain: list[Pair] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _between(a: Sequence[Hashable], b: Sequence[Hashable]) -> Iterator[Pair]:
    if len(a) * len(b) <= SMALL:
        yield from _exact(a, b)
        return
    i = j = 0
    for x, y in [*anchors(a, b), (len(a), len(b))]:
        if (x - i) * (y - j) <= SMALL:
            yield from ((i + p, j + q) for p, q in _exact(a[i:x], b[j:y]))
        if x < len(a):
            yield x, y
        i, j = x + 1, y + 1


def _exact(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Pair]:
    """A longest common subsequence by the table of all prefixes."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            same = table[i + 1][j + 1] + 1 if a[i] == b[j] else 0
            table[i][j] = max(same, table[i + 1][j], table[i][j + 1])
    found, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if a[i] == b[j] and table[i][j] == table[i + 1][j + 1] + 1:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return found
