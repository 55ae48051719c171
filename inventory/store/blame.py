"""Since which version each line of a text stands there. Pure.

Goes from the newest version back until every line's first version is found. A line that moved
counts as new where it stands now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory.store.lines import equal_runs

DEEPEST = 20  # sections that are told above a line


@dataclass(frozen=True, slots=True)
class Version:
    """A version's number and its lines; None where its text is not kept any more."""

    key: int
    lines: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Since:
    """The version that a line came with; `at_latest`: or one before it that is not kept."""

    key: int
    at_latest: bool


def blamed(current: Version, older: Iterable[Version]) -> tuple[Since, ...]:
    """For each line of the current version where it came from; of `older`, the newest first."""
    lines = current.lines or ()
    since = [Since(current.key, at_latest=False)] * len(lines)
    alive = dict(enumerate(range(len(lines))))  # by place in the version in hand: the current place
    unknown = False
    for version in older if lines else ():
        if version.lines is None:
            unknown = True
            continue
        stayed = {
            run.before + step: alive[run.after + step]
            for run in equal_runs(version.lines, lines)
            for step in range(run.length)
            if run.after + step in alive
        }
        _settle(since, alive.values(), stayed.values(), version.key, unknown=unknown)
        lines, alive, unknown = version.lines, stayed, False
        if not alive:
            break
    if unknown:
        _settle(since, alive.values(), (), 0, unknown=True)
    return tuple(since)


def _settle(
    since: list[Since], alive: Iterable[int], stayed: Iterable[int], key: int, *, unknown: bool
) -> None:
    """Lines that stayed are as old as this version; of the others it is known since when."""
    here = frozenset(stayed)
    for place in alive:
        if place in here:
            since[place] = Since(key, at_latest=False)
        elif unknown:
            since[place] = Since(since[place].key, at_latest=True)


def sections(lines: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """By line the lines above it that are indented less, the outermost first."""
    found, above = list[tuple[str, ...]](), list[tuple[int, str]]()
    for line in lines:
        text = line.strip()
        depth = len(line) - len(line.lstrip())
        while text and above and above[-1][0] >= depth:
            above.pop()
        found.append(tuple(one for _, one in above))
        if text and text not in {"!", "}"} and len(above) < DEEPEST:
            above.append((depth, text))
    return tuple(found)
