"""Junos: `set` lines and curly braces are the same statements. Remediation is in `set` style.

Source: Juniper, "Junos OS CLI User Guide" (set, delete, insert, deactivate, protect).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.engine.compare import common
from drift.engine.model import Assessment, Difference, Refusal
from drift.engine.read import lines_of
from drift.engine.words import REDACTED, SECRET

IGNORED = re.compile(r"\s*(#|/\*|version |set version |##)")
ORDERED = re.compile(r"(.*\b(?:policy-statement|filter|policy) \S+ term \S+)")
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
OPPOSITE = {"set": "delete", "deactivate": "activate", "protect": "unprotect"}
INACTIVE = "inactive: "
PROTECT = "protect: "


@dataclass(frozen=True, slots=True)
class Statement:
    number: int
    text: str  # "set ...", "deactivate ..." or "protect ..."


def assess(running: str, intended: str) -> Assessment:
    theirs, ours = statements(running), statements(intended)
    now, then = {s.text: s for s in theirs}, {s.text: s for s in ours}
    found = [
        *(_difference(s, "extra") for s in theirs if s.text not in then),
        *(_difference(s, "missing") for s in ours if s.text not in now),
        *_moved(theirs, ours),
    ]
    if not found:
        return Assessment(in_sync=True)
    return Assessment(
        in_sync=False, differences=tuple(found), remediation=tuple(commands(theirs, ours)),
        rollback=tuple(commands(ours, theirs)), refusals=_refusals(theirs, ours),
    )  # fmt: skip


def _known(statement: Statement) -> bool:
    return statement.text.split(" ", 1)[0] in OPPOSITE and SECRET not in statement.text


def _refusals(theirs: Sequence[Statement], ours: Sequence[Statement]) -> tuple[Refusal, ...]:
    """Differing lines that are no statements, or that hold a redacted secret."""
    same = {s.text for s in theirs} & {s.text for s in ours}
    return tuple(
        Refusal(path=(s.text,), reason=REDACTED if SECRET in s.text else "not a Junos statement")
        for s in [*theirs, *ours]
        if s.text not in same and not _known(s)
    )


def statements(text: str) -> list[Statement]:
    """The statements of either style, in the order shown."""
    lines = lines_of(text)
    if any(line.rstrip().endswith(("{", ";", "}")) for line in lines):
        return list(_from_braces(lines))
    return [
        Statement(number, " ".join(WORD.findall(line)))
        for number, line in enumerate(lines, start=1)
        if line.strip() and not IGNORED.match(line)
    ]


def _from_braces(lines: Sequence[str]) -> Iterator[Statement]:
    path: list[str] = []
    for number, raw in enumerate(lines, start=1):
        line = raw.split("##")[0].strip()
        if not line or IGNORED.match(line):
            continue
        if line == "}":
            path.pop()
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


def commands(theirs: Sequence[Statement], ours: Sequence[Statement]) -> Iterator[str]:
    """Commands of configuration mode; one commit takes them together, so that order is free."""
    now, then = {s.text for s in theirs}, {s.text for s in ours}
    for statement in theirs:
        if statement.text not in then and _known(statement):
            word, _, rest = statement.text.partition(" ")
            yield f"{OPPOSITE[word]} {rest}"
    yield from (s.text for s in ours if s.text not in now and _known(s))
    yield from _inserts(theirs, ours)


def _terms(statements: Sequence[Statement]) -> dict[str, list[str]]:
    """Names of ordered terms by what holds them, in order."""
    found: dict[str, list[str]] = {}
    for statement in statements:
        term = ORDERED.match(statement.text)
        if term and statement.text.startswith("set "):
            holder, _, name = term.group(1).removeprefix("set ").rpartition(" term ")
            names = found.setdefault(holder, [])
            if name not in names:
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
