"""Junos: `set` lines and curly braces are the same statements. Remediation is in `set` style.

Source: Juniper, "Junos OS CLI User Guide" (set, delete, insert, deactivate, protect).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.engine.edits import Every, Side, by_word, commands, known
from drift.engine.model import Assessment, Difference, Refusal
from drift.engine.model import Side as Name
from drift.engine.places import REDACTED, SECRET
from drift.engine.statements import Statement, in_braces, read, statements
from drift.engine.terms import TERM, moved, terms
from drift.engine.texts import Numbered, blocks, framed, refuse_binary
from drift.engine.unlike import unlike_lines
from drift.platforms import Platform

PROTECT = re.compile("protect")
__all__ = ["assess", "statements"]


@dataclass(frozen=True, slots=True)
class Sides:
    """What differs: statements of one side only, all of both, and those in ordered terms."""

    extra: Sequence[Statement]
    missing: Sequence[Statement]
    before: Every
    after: Every
    theirs: Sequence[Statement] = ()
    ours: Sequence[Statement] = ()


NOTHING = Sides((), (), Every("", marked=False), Every("", marked=False))


def assess(running: str, intended: str, platform: Platform) -> Assessment:
    if in_braces(running) or in_braces(intended):
        sides = _whole(statements(running), statements(intended), platform)
    else:
        sides = _quick(running, intended, platform)
    held, wanted = terms(sides.theirs), terms(sides.ours)
    found = (
        *(_difference(one, "extra") for one in sides.extra),
        *(_difference(one, "missing") for one in sides.missing),
        *moved(held, wanted),
    )
    if not found:
        return Assessment(in_sync=True)
    refuse_binary("\n".join(one.line for one in found))
    now = Side(by_word(sides.extra), sides.before, held)
    then = Side(by_word(sides.missing), sides.after, wanted)
    return Assessment(
        in_sync=False, differences=found, remediation=commands(now, then, platform),
        rollback=commands(then, now, platform), refusals=tuple(_refusals(sides)),
    )  # fmt: skip


def _whole(theirs: Sequence[Statement], ours: Sequence[Statement], platform: Platform) -> Sides:
    before, after = _text(theirs), _text(ours)
    now, then = {one.text for one in theirs}, {one.text for one in ours}
    extra = [one for one in theirs if one.text not in then]
    missing = [one for one in ours if one.text not in now]
    return Sides(
        _unsaid(extra, after, platform), _unsaid(missing, before, platform), before, after,
        theirs, ours,
    )  # fmt: skip


def _text(found: Sequence[Statement]) -> Every:
    text = framed("\n".join(one.text for one in found))
    return Every(text, bool(PROTECT.search(text)))


def _quick(running: str, intended: str, platform: Platform) -> Sides:
    """Set style on both sides: only lines that differ are looked at, and terms where they may."""
    a, b = framed(running), framed(intended)
    theirs, ours, in_step = unlike_lines(a, b)
    here, there = list(read(theirs)), list(read(ours))
    if in_step and not here and not there:
        return NOTHING
    marked = bool(PROTECT.search(a))
    before = Every(a, marked)
    after = Every(b, marked or any(PROTECT.search(line) for _, line in ours))
    extra = _unsaid(_unequal(here, there, theirs, after), after, platform)
    missing = _unsaid(_unequal(there, here, ours, before), before, platform)
    if in_step and not any(TERM in one.text for one in (*extra, *missing)):
        return Sides(extra, missing, before, after)
    now, then = (list(read([one for one in blocks(text) if TERM in one[1]])) for text in (a, b))
    return Sides(extra, missing, before, after, now, then)


def _unequal(
    some: Sequence[Statement], others: Sequence[Statement], shown: Sequence[Numbered], other: Every
) -> list[Statement]:
    """Statements as shown without those that the other side only writes otherwise."""
    lines = set(shown)
    there = {one.text for one in others}
    return [
        one
        for one in some
        if one.text not in there
        and ((one.number, one.text) in lines or f"\n{one.text}\n" not in other.text)
    ]


def _unsaid(found: Sequence[Statement], other: Every, platform: Platform) -> list[Statement]:
    """Without the names of things that the other side names by what is in them."""
    entries = platform.paths.entries
    return [
        one
        for one in found
        if not entries.fullmatch(one.text.removeprefix("set ")) or not other.shows(one.text)
    ]


def _refusals(sides: Sides) -> Iterator[Refusal]:
    """Differing lines that are no statements, or that hold a redacted secret."""
    for one in (*sides.extra, *sides.missing):
        if not known(one):
            reason = REDACTED if SECRET in one.text else "not a Junos statement"
            yield Refusal(path=(one.text,), reason=reason)


def _difference(statement: Statement, name: Name) -> Difference:
    extra = name == "extra"
    return Difference(
        path=(), line=statement.text, side=name,
        running_line=statement.number if extra else None,
        intended_line=None if extra else statement.number,
    )  # fmt: skip
