"""Two trees to differences. Order counts only where the platform says so. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from drift.engine.lists import flat_name
from drift.engine.model import Difference, Node, Side
from drift.platforms import Platform

Path = tuple[str, ...]
NUMBERED = re.compile(r"\d+ ")


def differences(
    running: Node, intended: Node, platform: Platform, *, path: Path = ()
) -> Iterator[Difference]:
    """What stands on one side only, or elsewhere in an ordered section."""
    if is_ordered(path, platform):
        theirs_in_order, ours_in_order = in_order(running.children), in_order(intended.children)
        yield from _ordered(theirs_in_order, ours_in_order, platform, path)
        return
    plain_running, lists_running = _split(running, platform, path)
    plain_intended, lists_intended = _split(intended, platform, path)
    theirs = {child.line: child for child in reversed(plain_running)}
    ours = {child.line: child for child in reversed(plain_intended)}
    for line, child in _unique(plain_running):
        if line not in ours:
            yield from one_sided(child, path, "extra")
        else:
            yield from both(child, ours[line], platform, path)
    for line, child in _unique(plain_intended):
        if line not in theirs:
            yield from one_sided(child, path, "missing")
    for name in {**lists_running, **lists_intended}:
        yield from _ordered(
            lists_running.get(name, []), lists_intended.get(name, []), platform, path
        )


def both(running: Node, intended: Node, platform: Platform, path: Path) -> Iterator[Difference]:
    """Differences below a line that both sides have."""
    if running.block or intended.block:
        if running.block != intended.block:
            yield from one_sided(running, path, "extra")
            yield from one_sided(intended, path, "missing")
        return
    if running.content == intended.content:
        return
    yield from differences(running, intended, platform, path=(*path, running.line))


def one_sided(node: Node, path: Path, side: Side) -> Iterator[Difference]:
    """A node and all below it as differences of one side."""
    running = node.number if side == "extra" else None
    intended = node.number if side == "missing" else None
    one = Difference(
        path=path, line=node.line, side=side, running_line=running, intended_line=intended
    )
    if node.block:
        yield replace(one, line="\n".join(node.block))
        return
    yield one
    for child in node.children:
        yield from one_sided(child, (*path, node.line), side)


def is_ordered(path: Path, platform: Platform) -> bool:
    return bool(path) and bool(platform.ordered.match("/".join(path)))


def in_order(nodes: Sequence[Node]) -> Sequence[Node]:
    """Entries with numbers of their own stand in the order of these, wherever they are written."""
    if not all(NUMBERED.match(node.line) for node in nodes):
        return nodes
    return sorted(nodes, key=lambda node: int(node.line.split(maxsplit=1)[0]))


def _unique(nodes: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    """Each line once: a device holds a repeated line of an unordered section once."""
    seen: set[str] = set()
    for node in nodes:
        if node.line not in seen:
            seen.add(node.line)
            yield node.line, node


def _split(node: Node, platform: Platform, path: Path) -> tuple[list[Node], dict[str, list[Node]]]:
    """Plain lines, and the flat ordered lists (numbered access lists) by their name."""
    if path or not platform.flat_lists:
        return node.children, {}
    plain: list[Node] = []
    lists: dict[str, list[Node]] = {}
    for child in node.children:
        name = flat_name(child.line, platform)
        if name:
            lists.setdefault(name, []).append(child)
        else:
            plain.append(child)
    return plain, lists


def _ordered(
    running: Sequence[Node], intended: Sequence[Node], platform: Platform, path: Path
) -> Iterator[Difference]:
    """Differences of two sequences: the longest common subsequence stays, the rest moved or not."""
    kept = common([n.line for n in running], [n.line for n in intended])
    kept_running = {i for i, _ in kept}
    kept_intended = {j for _, j in kept}
    for i, j in kept:
        yield from both(running[i], intended[j], platform, path)
    left = [node for i, node in enumerate(running) if i not in kept_running]
    right = [node for j, node in enumerate(intended) if j not in kept_intended]
    for node in left:
        twin = next((other for other in right if other.content == node.content), None)
        if twin is None:
            yield from one_sided(node, path, "extra")
            continue
        right.remove(twin)
        yield Difference(
            path=path, line=node.line, side="moved", running_line=node.number,
            intended_line=twin.number,
        )  # fmt: skip
    for node in right:
        yield from one_sided(node, path, "missing")


def common(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Index pairs of a longest common subsequence; equal ends are taken first.

    Quadratic in what differs between the equal ends only.
    """
    low = 0
    while low < min(len(a), len(b)) and a[low] == b[low]:
        low += 1
    high = 0
    while high < min(len(a), len(b)) - low and a[-1 - high] == b[-1 - high]:
        high += 1
    middle_a, middle_b = a[low : len(a) - high], b[low : len(b) - high]
    pairs = [(i + low, j + low) for i, j in _lcs(middle_a, middle_b)]
    ends = [(len(a) - k, len(b) - k) for k in range(high, 0, -1)]
    return [(i, i) for i in range(low)] + pairs + ends


def _lcs(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
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
