"""Set style: every line is a path that is set, and a deletion names a path. Pure.

One commit takes all commands together, so that their order is free. What a deletion may name is the
platform's data; Junos, which knows more words than these two, is read by drift/engine/junos.py.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from drift.engine.align import common
from drift.engine.model import Assessment, Difference, Refusal, Side
from drift.engine.places import REDACTED, SECRET, Place
from drift.engine.texts import lines_of, said
from drift.platforms import Platform

WORD = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\S+""")
PLAIN = re.compile(r"""(['"])([\w.:/@,+-]+)\1""")
SET = "set "
UNREAD = "not a line that sets anything"
ORDER = "no command is known that puts entries into another order"


@dataclass(frozen=True)
class Statements:
    """One side's statements with their line numbers, in the order shown."""

    lines: Mapping[str, int]

    @cached_property
    def in_order(self) -> list[str]:
        return sorted(self.lines)

    def below(self, path: str) -> bool:
        """Whether anything is set below the path."""
        at = bisect_left(self.in_order, f"{path} ")
        return at < len(self.in_order) and self.in_order[at].startswith(f"{path} ")

    def holds(self, path: str) -> bool:
        """Whether anything is set at the path or below it."""
        return path in self.lines or self.below(path)

    def lacking(self, other: "Statements") -> list[str]:
        """What the other side does not set; a bare path is set by anything below it."""
        return [one for one in self.lines if not other.holds(one)]


def assess(running: str, intended: str, platform: Platform) -> Assessment:
    theirs, ours = statements(running, platform), statements(intended, platform)
    found = (
        *(_difference(one, theirs, "extra") for one in theirs.lacking(ours)),
        *(_difference(one, ours, "missing") for one in ours.lacking(theirs)),
        *_moved(theirs, ours, platform),
    )
    if not found:
        return Assessment(in_sync=True)
    forward, back = _plan(theirs, ours, platform), _plan(ours, theirs, platform)
    undo = [
        Refusal(path=one.path, reason=f"no rollback: {one.reason}")
        for one in back.refusals
        if one not in forward.refusals
    ]
    return Assessment(
        in_sync=False, differences=found, remediation=forward.remediation,
        rollback=back.remediation, refusals=tuple(dict.fromkeys((*forward.refusals, *undo))),
    )  # fmt: skip


def statements(text: str, platform: Platform) -> Statements:
    """The lines of one side; spaces and quotes that change nothing are left out."""
    found: dict[str, int] = {}
    for number, line in enumerate(lines_of(said(text, platform)), start=1):
        if line.strip() and not platform.ignored.match(line.strip()):
            found.setdefault(" ".join(map(_plain, WORD.findall(line))), number)
    return Statements(found)


def _plain(word: str) -> str:
    return PLAIN.sub(r"\2", word) if word[0] in "'\"" else word


def _plan(now: Statements, then: Statements, platform: Platform) -> Assessment:
    """Commands that make one side into the other, and what has none."""
    place = Place((), platform)
    extra, missing = now.lacking(then), then.lacking(now)
    refused = {one: why for one in (*extra, *missing) if (why := _refusal(one, place))}
    unread = any(not one.startswith(SET) for one in (*now.lines, *then.lines))
    commands: list[str] = []
    for one in extra:
        if one in refused:
            continue
        command, reason = _deletion(one, then, place)
        if reason:
            refused[one] = reason
        elif command:
            commands.append(command)
    commands += [one for one in missing if one not in refused]
    refusals = [Refusal(path=(one,), reason=why) for one, why in refused.items()]
    refusals += [Refusal(path=(holder,), reason=ORDER) for holder in _disordered(now, then, place)]
    return Assessment(
        in_sync=False,
        remediation=() if unread else tuple(dict.fromkeys(commands)),
        refusals=tuple(refusals),
    )


def _refusal(line: str, place: Place) -> str:
    """Why the statement is neither set nor deleted, or an empty string."""
    if not line.startswith(SET):
        return UNREAD
    return REDACTED if SECRET in line else place.refusal_of(line.removeprefix(SET))


def _deletion(line: str, then: Statements, place: Place) -> tuple[str, str]:
    """The command that deletes a statement, or why there is none; neither where it is replaced."""
    platform = place.platform
    path = line.removeprefix(SET)
    words = WORD.findall(path)
    for size in range(1, len(words) + 1):
        above = " ".join(words[:size])
        if platform.paths.entries.fullmatch(above) and not then.holds(SET + above):
            return f"delete {above}", ""
    if not platform.negated.match(path):
        return ("", platform.typed.unknown) if platform.typed.unknown else (f"delete {path}", "")
    if why := place.untaken(path):
        return "", why
    target = place.negation(path)
    return ("" if then.below(SET + target) else f"delete {target}"), ""


def _difference(line: str, side: Statements, name: Side) -> Difference:
    number = side.lines[line]
    return Difference(
        path=(), line=line, side=name, running_line=number if name == "extra" else None,
        intended_line=None if name == "extra" else number,
    )  # fmt: skip


def _terms(side: Statements, platform: Platform) -> dict[str, dict[str, int]]:
    """The ordered entries by what holds them, in order, with the line each begins at."""
    found: dict[str, dict[str, int]] = {}
    if not platform.paths.term:
        return found
    for line, number in side.lines.items():
        holder, term, rest = line.removeprefix(SET).partition(f" {platform.paths.term} ")
        if term and platform.paths.holders.fullmatch(holder):
            found.setdefault(holder, {}).setdefault(rest.partition(" ")[0], number)
    return found


def _moved(theirs: Statements, ours: Statements, platform: Platform) -> Iterator[Difference]:
    after = _terms(ours, platform)
    for holder, terms in _terms(theirs, platform).items():
        wanted = after.get(holder, {})
        now = [name for name in terms if name in wanted]
        then = [name for name in wanted if name in terms]
        kept = {i for i, _ in common(now, then)}
        for name in [name for i, name in enumerate(now) if i not in kept]:
            yield Difference(
                path=(holder,), line=f"{platform.paths.term} {name}", side="moved",
                running_line=terms[name], intended_line=wanted[name],
            )  # fmt: skip


def _disordered(now: Statements, then: Statements, place: Place) -> Iterator[str]:
    """What would hold its entries in another order after all commands: new ones stand last."""
    before = _terms(now, place.platform)
    for holder, wanted in _terms(then, place.platform).items():
        held = before.get(holder, {})
        result: Sequence[str] = [name for name in held if name in wanted]
        if [*result, *(name for name in wanted if name not in held)] != list(wanted):
            yield holder
