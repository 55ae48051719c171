"""Junos: `set` lines and curly braces are the same statements. Remediation is in `set` style.

Source: Juniper, "Junos OS CLI User Guide" (set, delete, insert, deactivate, protect).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from operator import contains

from drift.engine.align import common
from drift.engine.model import Assessment, Difference, Refusal
from drift.engine.places import REDACTED, SECRET
from drift.engine.texts import Numbered, blocks, framed, lines_of, refuse_binary
from drift.engine.unlike import shared_ends, unlike

IGNORED = re.compile(r"\s*(#|/\*|version |set version |##|$)")
HOLDS_TERMS = re.compile(r"(?:.*\b)?(?:policy-statement|filter|policy) \S+$")
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
OPPOSITE = {"set": "delete", "deactivate": "activate", "protect": "unprotect"}
INACTIVE = "inactive: "
PROTECT = "protect: "
TERM = " term "


@dataclass(frozen=True, slots=True)
class Statement:
    number: int
    text: str  # "set ...", "deactivate ..." or "protect ..."


@dataclass(slots=True)
class Sides:
    """What differs: statements of one side only, and where terms stand, all of both sides."""

    extra: list[Statement]
    missing: list[Statement]
    theirs: Sequence[Statement] = ()
    ours: Sequence[Statement] = ()


def assess(running: str, intended: str) -> Assessment:
    if _braces(running) or _braces(intended):
        sides = _whole(statements(running), statements(intended))
    else:
        sides = _quick(running, intended)
    found = (
        *(_difference(one, "extra") for one in sides.extra),
        *(_difference(one, "missing") for one in sides.missing),
        *_moved(sides.theirs, sides.ours),
    )
    if not found:
        return Assessment(in_sync=True)
    refuse_binary("\n".join(one.line for one in found))
    back = Sides(sides.missing, sides.extra, sides.ours, sides.theirs)
    return Assessment(
        in_sync=False, differences=found, remediation=tuple(commands(sides)),
        rollback=tuple(commands(back)), refusals=tuple(_refusals(sides)),
    )  # fmt: skip


def _whole(theirs: Sequence[Statement], ours: Sequence[Statement]) -> Sides:
    now, then = {one.text for one in theirs}, {one.text for one in ours}
    return Sides(
        [one for one in theirs if one.text not in then],
        [one for one in ours if one.text not in now], theirs, ours,
    )  # fmt: skip


def _quick(running: str, intended: str) -> Sides:
    """Set style on both sides: only lines that differ are looked at, and terms where they may."""
    a, b = framed(running), framed(intended)
    extra, missing = unlike(a, b, ignored=IGNORED)
    found = Sides(*_unequal(extra, missing, a, b))
    if (TERM in a or TERM in b) and _terms_differ(a, b, found):
        found.theirs, found.ours = (
            [Statement(number, line) for number, line in blocks(text) if TERM in line]
            for text in (a, b)
        )
    return found


def _unequal(
    extra: Sequence[Numbered], missing: Sequence[Numbered], a: str, b: str
) -> tuple[list[Statement], list[Statement]]:
    """The lines as statements, without those that the other side only writes otherwise."""
    theirs, ours = list(_read(extra)), list(_read(missing))
    now, then = {one.text for one in theirs}, {one.text for one in ours}
    return (
        [one for one in theirs if one.text not in then and not _stands(one, extra, b)],
        [one for one in ours if one.text not in now and not _stands(one, missing, a)],
    )


def _stands(one: Statement, lines: Sequence[Numbered], other: str) -> bool:
    """Whether the other side has the statement where it is not written so here."""
    return (one.number, one.text) not in lines and f"\n{one.text}\n" in other


def _terms_differ(a: str, b: str, found: Sides) -> bool:
    """Whether terms may stand in another order: one differs, or shared lines are not in step."""
    if any(TERM in one.text for one in (*found.extra, *found.missing)):
        return True
    start, tail = shared_ends(a, b)
    return _holding(a[start : len(a) - tail], TERM) != _holding(b[start : len(b) - tail], TERM)


def _holding(text: str, word: str) -> list[str]:
    lines = text.split("\n")
    return list(compress(lines, map(contains, lines, repeat(word))))


def _read(found: Sequence[Numbered]) -> Iterator[Statement]:
    for number, line in found:
        if not IGNORED.match(line):
            yield Statement(number, " ".join(WORD.findall(line)))


def _known(statement: Statement) -> bool:
    return statement.text.split(" ", 1)[0] in OPPOSITE and SECRET not in statement.text


def _refusals(sides: Sides) -> Iterator[Refusal]:
    """Differing lines that are no statements, or that hold a redacted secret."""
    for one in (*sides.extra, *sides.missing):
        if not _known(one):
            reason = REDACTED if SECRET in one.text else "not a Junos statement"
            yield Refusal(path=(one.text,), reason=reason)


def _braces(text: str) -> bool:
    """Whether the text is in curly-brace style."""
    return "{" in text and re.search(r"[{;]\s*$", text, re.MULTILINE) is not None


def statements(text: str) -> list[Statement]:
    """The statements of either style, in the order shown."""
    lines = lines_of(text)
    if _braces(text):
        return list(_from_braces(lines))
    return list(_read(list(enumerate(lines, start=1))))


def _from_braces(lines: Sequence[str]) -> Iterator[Statement]:
    path: list[str] = []
    for number, raw in enumerate(lines, start=1):
        line = raw.split("##")[0].strip()
        if not line or IGNORED.match(line):
            continue
        if line == "}":
            path = path[:-1]
            continue
        bare = line.rstrip("{;").strip()
        name = bare.removeprefix(PROTECT).removeprefix(INACTIVE).removeprefix(PROTECT)
        full = " ".join([*path, name])
        if INACTIVE in bare[: len(INACTIVE) + len(PROTECT)]:
            yield Statement(number, f"deactivate {full}")
        if bare.startswith(PROTECT):
            yield Statement(number, f"protect {full}")
        if line.endswith("{"):
            path.append(name)
        else:
            yield from (Statement(number, f"set {one}") for one in _values(path, name))


def _values(path: list[str], leaf: str) -> Iterator[str]:
    """`key [ a b ];` is two statements."""
    words = WORD.findall(leaf)
    if "[" in words and words[-1] == "]":
        start = words.index("[")
        for value in words[start + 1 : -1]:
            yield " ".join([*path, *words[:start], value])
        return
    yield " ".join([*path, *words])


def commands(sides: Sides) -> Iterator[str]:
    """Commands of configuration mode; one commit takes them together, so that order is free."""
    for statement in filter(_known, sides.extra):
        word, _, rest = statement.text.partition(" ")
        yield f"{OPPOSITE[word]} {rest}"
    yield from (one.text for one in sides.missing if _known(one))
    yield from _inserts(sides.theirs, sides.ours)


def _terms(statements: Sequence[Statement]) -> dict[str, list[str]]:
    """Names of ordered terms by what holds them, in order."""
    found: dict[str, list[str]] = {}
    ordered: dict[str, bool] = {}
    for statement in statements:
        holder, term, rest = statement.text.partition(TERM)
        if not term or not holder.startswith("set "):
            continue
        if holder not in ordered:
            ordered[holder] = bool(HOLDS_TERMS.match(holder))
        if ordered[holder]:
            names = found.setdefault(holder.removeprefix("set "), [])
            name = rest.partition(" ")[0]
            if name not in names[-1:] and name not in names:
                names.append(name)
    return found


def _moved(theirs: Sequence[Statement], ours: Sequence[Statement]) -> Iterator[Difference]:
    after = _terms(ours)
    for holder, names in _terms(theirs).items():
        both = [name for name in names if name in after.get(holder, [])]
        wanted = [name for name in after.get(holder, []) if name in both]
        kept = {i for i, _ in common(both, wanted)}
        for index, name in enumerate(both):
            if index not in kept:
                yield Difference(
                    path=(holder,), line=f"term {name}", side="moved",
                    running_line=_line(theirs, holder, name),
                    intended_line=_line(ours, holder, name),
                )  # fmt: skip


def _line(statements: Sequence[Statement], holder: str, name: str) -> int:
    start = f"set {holder} term {name}"
    return next(s.number for s in statements if s.text.startswith(start))


def _inserts(theirs: Sequence[Statement], ours: Sequence[Statement]) -> Iterator[str]:
    """Put terms into their intended order: each after the one before it."""
    before = _terms(theirs)
    for holder, wanted in _terms(ours).items():
        held = before.get(holder, [])
        result = [n for n in held if n in wanted] + [n for n in wanted if n not in held]
        if result == wanted:
            continue
        for index in range(len(wanted) - 1, 0, -1):
            yield f"insert {holder} term {wanted[index - 1]} before term {wanted[index]}"


def _difference(statement: Statement, side: str) -> Difference:
    extra = side == "extra"
    return Difference(
        path=(), line=statement.text, side="extra" if extra else "missing",
        running_line=statement.number if extra else None,
        intended_line=None if extra else statement.number,
    )  # fmt: skip
