"""The blocks of two framed texts that are out of step, without taking all of them apart. Pure.

Where a look at the lines around what differs cannot tell the sections, there is no answer, and both
texts are taken apart as a whole.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

from drift.engine.texts import CHILD, Numbered, nested, spans, strays
from drift.engine.unlike import head, standing, unlike_blocks
from drift.engine.walk import Gap, gaps
from drift.platforms import Platform

BELOW = " \t"  # what a line begins with that belongs to the one above
ASIDE = "!#\n"  # what a line begins with that may end a section or stand within it
UNCLEAR = -1
MOST = 4  # kinds of multi-line values, and values; with more of them the whole is quicker

Blocks = tuple[list[Numbered], list[Numbered]]


def unlike_excerpts(a: str, b: str, platform: Platform) -> Blocks | None:
    """As `unlike` does for whole texts; None where only that can tell."""
    if len(platform.value_opens) > MOST:  # a platform that writes much in such values
        return None
    theirs, ours = _few_values(a, platform), _few_values(b, platform)
    whole = _widened(a, b)
    if theirs is None or ours is None or whole is None:
        return None
    if _touch(theirs, [(one.start, one.end) for one in whole]):
        return None
    if _touch(ours, [(one.begin, one.close) for one in whole]):
        return None
    return _unlike(a, b, whole, platform)


def _few_values(text: str, platform: Platform) -> list[tuple[int, int]] | None:
    """Where multi-line values stand; None where they are many."""
    found = list(islice(spans(text, platform.multiline), MOST + 1))
    return found if len(found) <= MOST else None


def _unlike(a: str, b: str, whole: Sequence[Gap], platform: Platform) -> Blocks | None:
    gone: list[Numbered] = []
    come: list[Numbered] = []
    shared: list[str] = []
    done, number, other = 0, 1, 1  # where the last stretch ended, and its lines' numbers
    for one in whole:
        between = a[done : one.start]
        shared.append(between)
        passed = between.count("\n")
        number = _blocks(a[one.start : one.end], number + passed, gone)
        other = _blocks(b[one.begin : one.close], other + passed, come)
        done = one.end
    differing = [one for _, one in (*gone, *come)]
    heads = {head(one) for one in differing}
    heads = {one for one in heads if one and not platform.ignored.match(one)}
    shared.append(a[done:])
    if strays(differing) or standing(heads, "".join(shared)):
        return None  # pieces of the same sections stand elsewhere
    return unlike_blocks(gone, come)


def _blocks(text: str, number: int, into: list[Numbered]) -> int:
    """Put the blocks of a stretch into the list; the number of the line behind it."""
    for block in nested(text).split("\n")[1:]:
        into.append((number, block))
        number += 1 + block.count(CHILD)
    return number


def _touch(values: Sequence[tuple[int, int]], stretches: Sequence[tuple[int, int]]) -> bool:
    """Whether a multi-line value lies in a stretch, or a stretch in it."""
    starts = [start for start, _ in stretches]
    for begun, ended in values:
        at = bisect_right(starts, ended) - 1
        if at >= 0 and stretches[at][1] >= begun:
            return True
    return False


def _widened(a: str, b: str) -> list[Gap] | None:
    """The gaps with all of the sections they lie in; None where these are not clear."""
    wide: list[Gap] = []
    end = len(a) - 1
    for gap in gaps(a, b):
        up = _up(a, b, gap, wide[-1].end if wide else 0)
        if up == UNCLEAR or (up is None and not wide):
            return None
        if up is None:  # the same section as the gap before
            before = wide.pop()
            wide.append(Gap(before.start, gap.end, before.begin, gap.close))
        else:
            wide.append(Gap(gap.start - up, gap.end, gap.begin - up, gap.close))
    return _deepened(a, wide, end)


def _deepened(a: str, wide: Sequence[Gap], end: int) -> list[Gap] | None:
    """The same with what stands below the last lines of each."""
    found: list[Gap] = []
    for index, gap in enumerate(wide):
        limit = wide[index + 1].start if index + 1 < len(wide) else end
        down = _down(a, gap.end, limit)
        if down is None:
            return None
        found.append(Gap(gap.start, gap.end + down, gap.begin, gap.close + down))
    return found


def _up(a: str, b: str, gap: Gap, floor: int) -> int | None:
    """How far above a gap its section's header stands.

    None where that is not behind `floor`, `UNCLEAR` where a comment stands in its place.
    """
    if not (_is_below(a, gap.start) or _is_below(b, gap.begin)):
        return 0
    at = a.rfind("\n", floor, gap.start)
    while at >= 0 and _is_below(a, at):
        at = a.rfind("\n", floor, at)
    if at < 0:
        return None
    return UNCLEAR if a[at + 1] in ASIDE else gap.start - at


def _down(a: str, at: int, limit: int) -> int | None:
    """How far what is below goes on behind a gap; None where a comment may not end it."""
    begun = at
    while at < limit and _is_below(a, at):
        at = a.find("\n", at + 1)
    ended = at
    while at < limit and a[at + 1] in ASIDE:
        at = a.find("\n", at + 1)
    return None if at < limit and _is_below(a, at) else ended - begun


def _is_below(text: str, at: int) -> bool:
    """Whether the line behind a place belongs to one above."""
    return text[at + 1 : at + 2] in BELOW and at + 1 < len(text)
