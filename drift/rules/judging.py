"""Judge texts by rules. Pure: no database, no network, no clock.

A text is taken apart into its top-level blocks. What a block says to each rule depends on nothing
else, so it is worked out once and kept: blocks that many devices share, or that did not change,
cost one look into a dictionary.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from drift.engine.texts import CHILD, VALUE, joined, prepared, strays
from drift.platforms import names
from drift.platforms import platform as named
from drift.rules.model import Judgement, Pattern, Rule, Target, Value

SHOWN = 3  # offending lines named in a detail
KEPT_BLOCKS = 200_000  # blocks whose say is kept; about 100 MB at most
LITERAL = re.compile(r"\^([A-Za-z][\w-]*) (?![?*{])")
MULTILINE_VALUE = re.compile(r"\x00[^\x01]*")


Hit = tuple[int, str]
"""Where a pattern matched: place (of the block in the text, of the line in a section), and line."""


@dataclass(frozen=True, slots=True)
class Say:
    """What one block says: the lines hit by each probe, and faults by rule."""

    hits: tuple[tuple[int, str], ...]
    faults: tuple[tuple[int, str], ...]


SILENT = Say((), ())


@dataclass(slots=True)
class Ruleset:
    """Rules of one kind of device, ready to judge; keeps what each block says."""

    rules: tuple[Rule, ...]
    probes: list[Pattern] = field(default_factory=list)
    whole: dict[int, dict[Pattern, int]] = field(default_factory=dict)  # rule to its probes
    by_word: dict[str, list[int]] = field(default_factory=dict)
    anywhere: list[int] = field(default_factory=list)
    within_word: dict[str, list[int]] = field(default_factory=dict)
    within: list[int] = field(default_factory=list)
    said: dict[str, Say] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, rule in enumerate(self.rules):
            if rule.within is None:
                self.whole[index] = {one: self._probe(one) for one in patterns_of(rule)}
            else:
                _file(index, rule.within, self.within_word, self.within)

    def _probe(self, pattern: Pattern) -> int:
        self.probes.append(pattern)
        number = len(self.probes) - 1
        _file(number, pattern, self.by_word, self.anywhere)
        return number

    def judge(self, text: str, platform: str) -> tuple[Judgement, ...]:
        """The judgements in the rules' order, of a text as the platform shows it."""
        hits: dict[int, list[Hit]] = {}
        faults: dict[int, list[str]] = {}
        for place, block in enumerate(_blocks(text, platform)):
            say = self.said.get(block) or self._listen(block)
            if say is SILENT:
                continue
            for probe, line in say.hits:
                hits.setdefault(probe, []).append((place, line))
            for index, fault in say.faults:
                faults.setdefault(index, []).append(fault)
        for index, probes in self.whole.items():
            faults[index] = list(_faults(self.rules[index], Whole(probes, hits)))
        return tuple(_judged(rule, faults.get(i, ())) for i, rule in enumerate(self.rules))

    def _listen(self, block: str) -> Say:
        header = block.partition(CHILD)[0].partition(VALUE)[0]
        word = header.partition(" ")[0]
        hits = [
            (number, header)
            for number in self.by_word.get(word, ())
            if self.probes[number].search(header)
        ]
        faults: list[tuple[int, str]] = []
        if word in self.within_word:
            section = Section(f" in {header}", _lines(block)[1:])
            for index in self.within_word[word]:
                rule = self.rules[index]
                if rule.within is not None and rule.within.search(header):
                    faults += [(index, fault) for fault in _faults(rule, section)]
        if self.anywhere or self.within:
            lines = _lines(block)
            hits += [
                (number, line)
                for number in self.anywhere
                for line in lines
                if self.probes[number].search(line)
            ]
            faults += [
                (index, fault)
                for index in self.within
                for fault in _nested_faults(self.rules[index], lines)
            ]
        say = Say(tuple(hits), tuple(faults)) if hits or faults else SILENT
        if len(self.said) >= KEPT_BLOCKS:
            self.said.clear()
        self.said[block] = say
        return say


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole text as a rule sees it: what its patterns hit, by block."""

    probes: Mapping[Pattern, int]
    found: Mapping[int, list[Hit]]
    where: str = ""
    lines: Sequence[str] = ()

    def has(self, pattern: Pattern) -> bool:
        return self.probes[pattern] in self.found

    def hits(self, pattern: Pattern) -> Sequence[Hit]:
        return self.found.get(self.probes[pattern], ())


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one header."""

    where: str
    lines: Sequence[str]

    def has(self, pattern: Pattern) -> bool:
        return any(map(pattern.search, self.lines))

    def hits(self, pattern: Pattern) -> Sequence[Hit]:
        return [(place, line) for place, line in enumerate(self.lines) if pattern.search(line)]


def judge(text: str, rules: Sequence[Rule], *, target: Target) -> tuple[Judgement, ...]:
    """The judgements of the rules that speak of this device, in the rules' order."""
    fitting = tuple(rule for rule in rules if target.fits(rule))
    if not fitting:
        return ()
    return ruleset(fitting).judge(text, target.platform)


@lru_cache(maxsize=64)
def ruleset(rules: tuple[Rule, ...]) -> Ruleset:
    """The rules made ready; the same rules share what they learned of blocks."""
    return Ruleset(rules)


def patterns_of(rule: Rule) -> Iterator[Pattern]:
    """All patterns of a rule."""
    for group in (rule.when, rule.require, rule.forbid, rule.once, rule.ordered, rule.every):
        yield from group
    yield from (value.pattern for value in rule.values)


def _file(
    number: int, pattern: Pattern, by_word: dict[str, list[int]], anywhere: list[int]
) -> None:
    """Under the first word of the lines that can match, where the pattern begins with one."""
    found = LITERAL.match(pattern.pattern)
    if found and not pattern.flags & re.IGNORECASE and "|" not in pattern.pattern:
        by_word.setdefault(found.group(1), []).append(number)
    else:
        anywhere.append(number)


def _blocks(text: str, platform: str) -> list[str]:
    values = named(platform).multiline if platform in names() else ()
    made = prepared(text, values)
    found = made.split("\n")
    return joined(made).split("\n") if strays(set(found)) else found


def _nested_faults(rule: Rule, lines: Sequence[str]) -> Iterator[str]:
    """What breaks a rule about sections that may stand below others."""
    for number, line in enumerate(lines):
        if rule.within is not None and rule.within.search(line):
            yield from _faults(rule, Section(f" in {line.strip()}", list(_below(lines, number))))


def _lines(block: str) -> list[str]:
    """A block's lines; of a multi-line value the first one."""
    return (MULTILINE_VALUE.sub("", block) if VALUE in block else block).split(CHILD)


def _below(lines: Sequence[str], number: int) -> Iterator[str]:
    indent = _indent(lines[number])
    for line in lines[number + 1 :]:
        if line.strip() and _indent(line) <= indent:
            return
        yield line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _faults(rule: Rule, place: Whole | Section) -> Iterator[str]:
    """What breaks the rule in one place, in words."""
    if rule.when and not all(place.has(pattern) for pattern in rule.when):
        return
    for pattern in rule.require:
        if not place.has(pattern):
            yield f"missing{place.where}: {pattern.pattern}"
    if rule.forbid:
        wrong = dict.fromkeys(hit for pattern in rule.forbid for hit in place.hits(pattern))
        yield from (f"forbidden{place.where}: {line.strip()}" for _, line in wrong)
    for pattern in rule.once:
        count = len(place.hits(pattern))
        if count != 1:
            yield f"{count} times{place.where} instead of once: {pattern.pattern}"
    if rule.ordered:
        yield from _out_of_order([place.hits(one) for one in rule.ordered], place.where)
    if rule.every:
        known = {line for pattern in rule.every for _, line in place.hits(pattern)}
        wild = (line.strip() for line in place.lines if line not in known)
        yield from (f"not allowed{place.where}: {line}" for line in wild)
    for value in rule.values:
        yield from _wrong_values(value, place.hits(value.pattern), place.where)


def _out_of_order(found: Sequence[Sequence[Hit]], where: str) -> Iterator[str]:
    """First matches that do not stand in the order asked for; what is absent breaks no order."""
    before, last = -1, ""
    for matched in found:
        if not matched:
            continue
        if matched[0][0] < before:
            yield f"out of order{where}: {matched[0][1].strip()} stands before {last}"
        before, last = matched[0][0], matched[0][1].strip()


def _wrong_values(value: Value, found: Sequence[Hit], where: str) -> Iterator[str]:
    for _, line in found:
        match = value.pattern.search(line)
        word = match.group(1) if match else ""
        if not value.allows(word or ""):
            yield f"{word or 'nothing'} instead of {value.told}{where}: {line.strip()}"


def _judged(rule: Rule, faults: Iterable[str]) -> Judgement:
    told = tuple(faults)
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return Judgement(rule=rule, passed=not told, detail="; ".join(told[:SHOWN]) + more)
