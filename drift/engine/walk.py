"""Follow two texts in step: the stretches of lines in which they are not the same. Pure.

A framed text begins and ends with a line end; a place in it is that of the line end before a line.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

FIRST = 512  # characters that are compared at once after a difference, then twice as many
OVER = ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1), (2, 2), (3, 3))
"""Lines of each side to step over at a difference: left out, put in, altered."""
MARK = 4  # characters of a line that stands anywhere, such as `!`
MOST = 4  # lines that a step looks at


class Gap(NamedTuple):
    """A stretch of both texts; between two gaps, and outside all of them, they are the same."""

    start: int
    end: int
    begin: int
    close: int


def gaps(a: str, b: str) -> Iterator[Gap]:
    """The stretches out of step; where no small step leads on, all up to the shared end."""
    i = j = 0
    last = len(a) - 1, len(b) - 1
    while True:
        at = a.rfind("\n", i, i + _same(a, i, b, j))
        i, j = at, j + at - i
        if (i, j) == last:
            return
        step = _over(a, i, b, j)
        if step is None:
            tail = _same_end(a, b, i, j)
            yield Gap(i, len(a) - tail, j, len(b) - tail)
            return
        yield Gap(i, step[0], j, step[1])
        i, j = step


def _over(a: str, i: int, b: str, j: int) -> tuple[int, int] | None:
    """The next places from which on both texts have the same line or end."""
    p, q = a.find("\n", i + 1), b.find("\n", j + 1)
    following = a[p : a.find("\n", p + 1)]
    if len(following) > MARK and p > 0 and b.startswith(f"{following}\n", q):
        return p, q  # one line was altered
    theirs, ours = _places(a, i), _places(b, j)
    for p, q in OVER:
        if p < len(theirs) and q < len(ours) and _next(a, theirs, p) == _next(b, ours, q):
            return theirs[p], ours[q]
    return None


def _next(text: str, places: Sequence[int], index: int) -> str:
    """The line behind a place; nothing behind the last one."""
    at = places[index]
    return text[at : places[index + 1]] if index + 1 < len(places) else text[at:]


def _places(text: str, at: int) -> Sequence[int]:
    """The place, and those of the next lines."""
    found = [at]
    while len(found) <= MOST and (at := text.find("\n", at + 1)) >= 0:
        found.append(at)
    return found


def _same(a: str, i: int, b: str, j: int) -> int:
    """How many characters are the same from two places on."""
    limit = min(len(a) - i, len(b) - j)
    known, step = 0, FIRST
    while known < limit and a[i + known : i + known + step] == b[j + known : j + known + step]:
        known, step = known + step, step * 2
    low, high = known, min(known + step, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if a[i + low : i + middle] == b[j + low : j + middle]:
            low = middle
        else:
            high = middle - 1
    return min(low, limit)


def _same_end(a: str, b: str, i: int, j: int) -> int:
    """How many characters from a line end on are the same at the end, behind both places."""
    limit = min(len(a) - i, len(b) - j)
    known, step = 0, FIRST
    while known + step <= limit and _tail(a, known, step) == _tail(b, known, step):
        known, step = known + step, step * 2
    low, high = known, min(known + step, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if _tail(a, low, middle - low) == _tail(b, low, middle - low):
            low = middle
        else:
            high = middle - 1
    place = a.find("\n", len(a) - min(low, limit))
    return len(a) - place


def _tail(text: str, skip: int, size: int) -> str:
    end = len(text) - skip
    return text[end - size : end]
