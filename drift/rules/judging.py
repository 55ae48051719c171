"""Judge texts by rules. Pure: no database, no network, no clock.

A text is taken apart into its top-level blocks. What a block says to each rule depends on nothing
else, so it is worked out once and kept: blocks that many devices share, or that did not change,
cost one look into a dictionary.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from drift.rules.checks import Check, Hit, Section, Whole, checks_of, faults
from drift.rules.model import Judgement, Pattern, Rule, Target
from drift.rules.texts import Index, below, blocks, first_words, header_of, lines_of

SHOWN = 3  # offending lines named in a detail
KEPT_BLOCKS = 200_000  # blocks whose say is kept; about 100 MB at most


@dataclass(frozen=True, slots=True)
class Say:
    """What one block says: the lines hit by each probe, and faults by rule."""

    hits: tuple[tuple[int, int, str], ...]  # probe, line in the block, the line
    faults: tuple[tuple[int, str], ...]


SILENT = Say((), ())


@dataclass(slots=True)
class Ruleset:
    """Rules of one kind of device, ready to judge; keeps what each block says."""

    rules: tuple[Rule, ...]
    checks: tuple[tuple[Check, ...], ...] = ()
    good: tuple[Judgement, ...] = ()
    probes: list[Pattern] = field(default_factory=list)
    asked: Index = field(default_factory=Index)
    whole: dict[int, dict[Pattern, int]] = field(default_factory=dict)  # rule to its probes
    groups: list[tuple[Pattern, list[int]]] = field(default_factory=list)  # sections, their rules
    sections: Index = field(default_factory=Index)  # groups by the first words of their sections
    needed: dict[int, int] = field(default_factory=dict)  # rule to the probe of its section
    said: dict[str, Say] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.checks = tuple(map(checks_of, self.rules))
        self.good = tuple(Judgement(rule=rule, passed=True) for rule in self.rules)
        for index, rule in enumerate(self.rules):
            if rule.within is None:
                self.whole[index] = {one: self._probe(one) for one in patterns_of(rule)}
                continue
            self._group(rule.within).append(index)
            if rule.absent == "fails":
                self.needed[index] = self._probe(rule.within)

    def _probe(self, pattern: Pattern) -> int:
        if pattern not in self.probes:
            self.asked.add(len(self.probes), pattern)
            self.probes.append(pattern)
        return self.probes.index(pattern)

    def _group(self, within: Pattern) -> list[int]:
        """The rules that ask the same sections."""
        for pattern, indexes in self.groups:
            if pattern == within:
                return indexes
        self.sections.add(len(self.groups), within)
        self.groups.append((within, []))
        return self.groups[-1][1]

    def judge(self, text: str, platform: str) -> tuple[Judgement, ...]:
        """The judgements in the rules' order, of a text as the platform shows it."""
        hits: dict[int, list[Hit]] = {}
        found: dict[int, list[str]] = {}
        for place, block in enumerate(blocks(text, platform)):
            say = self.said.get(block) or self._listen(block)
            if say is SILENT:
                continue
            for probe, nth, line in say.hits:
                hits.setdefault(probe, []).append((place, nth, line))
            for index, fault in say.faults:
                found.setdefault(index, []).append(fault)
        for index, probes in self.whole.items():
            found[index] = faults(self.rules[index], self.checks[index], Whole(probes, hits))
        for index, probe in self.needed.items():
            if probe not in hits:
                found[index] = [f"no section {self.probes[probe].pattern}"]
        return tuple(
            _broken(good.rule, found[index]) if found.get(index) else good
            for index, good in enumerate(self.good)
        )

    def _listen(self, block: str) -> Say:
        header = header_of(block)
        words = first_words(header)
        asked, sections = self.asked.about(words), self.sections.about(words)
        say = SILENT
        if asked or sections or self.asked.anywhere or self.sections.anywhere:
            say = self._heard(lines_of(block), asked, sections)
        if len(self.said) >= KEPT_BLOCKS:
            self.said.clear()
        self.said[block] = say
        return say

    def _heard(self, lines: Sequence[str], asked: Sequence[int], sections: Sequence[int]) -> Say:
        """What the lines say to these probes and groups, and to those that ask every line."""
        header, probes = lines[0], self.probes
        hits = [(number, 0, header) for number in asked if probes[number].search(header)]
        hits += [
            (number, nth, line)
            for number in self.asked.anywhere
            for nth, line in enumerate(lines)
            if probes[number].search(line)
        ]
        asking = [
            index
            for within, indexes in map(self.groups.__getitem__, sections)
            if within.search(header)
            for index in indexes
        ]
        wrong = self._wrong(asking, Section(f" in {header}", lines[1:])) if asking else []
        if self.sections.anywhere:
            wrong += self._nested(lines)
        return Say(tuple(hits), tuple(wrong)) if hits or wrong else SILENT

    def _nested(self, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
        """What breaks the rules about sections that may stand below others."""
        for within, asking in map(self.groups.__getitem__, self.sections.anywhere):
            for number, line in enumerate(lines):
                if within.search(line):
                    section = Section(f" in {line.strip()}", list(below(lines, number)))
                    yield from self._wrong(asking, section)

    def _wrong(self, asking: Sequence[int], section: Section) -> list[tuple[int, str]]:
        """What the section breaks of the rules that ask it."""
        wrong = []
        for index in asking:
            found = faults(self.rules[index], self.checks[index], section)
            if found:
                wrong += [(index, fault) for fault in found]
        return wrong


def judge(text: str, rules: Sequence[Rule], *, target: Target) -> tuple[Judgement, ...]:
    """The judgements of the rules that speak of this device, in the rules' order."""
    return ruleset(tuple(rules), target).judge(text, target.platform)


@lru_cache(maxsize=4096)
def ruleset(rules: tuple[Rule, ...], target: Target) -> Ruleset:
    """The rules that speak of the device, made ready; devices with the same share what is kept."""
    return _prepared(tuple(rule for rule in rules if target.fits(rule)))


@lru_cache(maxsize=64)
def _prepared(rules: tuple[Rule, ...]) -> Ruleset:
    return Ruleset(rules)


def patterns_of(rule: Rule) -> Iterator[Pattern]:
    """All patterns of a rule, but that of its section."""
    for group in (rule.when, rule.require, rule.forbid, rule.once, rule.ordered, rule.every):
        yield from group
    yield from (value.pattern for value in rule.values)


def _broken(rule: Rule, told: Sequence[str]) -> Judgement:
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return Judgement(rule=rule, passed=False, detail="; ".join(told[:SHOWN]) + more)
