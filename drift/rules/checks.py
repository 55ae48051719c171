"""What each kind of check finds wrong in one place, in words. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from drift.rules.model import Pattern, Rule, Value
from drift.rules.texts import comment

Hit = tuple[int, int, str]
"""Where a pattern matched: block, line in it, and the line itself."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole text as a rule sees it: what its patterns hit."""

    probes: Mapping[Pattern, int]
    found: Mapping[int, list[Hit]]
    where: str = ""
    lines: Sequence[str] = ()

    def has(self, pattern: Pattern) -> bool:
        return self.probes[pattern] in self.found

    def hits(self, pattern: Pattern) -> Sequence[Hit]:
        return self.found.get(self.probes[pattern], ())


@dataclass(slots=True)
class Section:
    """What stands below one header. Not frozen: one is made for each section of each text."""

    where: str
    lines: Sequence[str]

    def has(self, pattern: Pattern) -> bool:
        anchored = pattern.pattern.startswith("^") and "|" not in pattern.pattern
        return any(map(pattern.match if anchored else pattern.search, self.lines))

    def hits(self, pattern: Pattern) -> Sequence[Hit]:
        return [(0, nth, line) for nth, line in enumerate(self.lines) if pattern.search(line)]


Place = Whole | Section
Check = Callable[[Rule, Place], list[str]]


def required(rule: Rule, place: Place) -> list[str]:
    return [
        f"missing{place.where}: {pattern.pattern}"
        for pattern in rule.require
        if not place.has(pattern)
    ]


def forbidden(rule: Rule, place: Place) -> list[str]:
    wrong = {hit for pattern in rule.forbid for hit in place.hits(pattern)}
    return [f"forbidden{place.where}: {line.strip()}" for _, _, line in sorted(wrong)]


def counted(rule: Rule, place: Place) -> list[str]:
    counts = [(pattern, len(place.hits(pattern))) for pattern in rule.once]
    return [
        f"{count} times{place.where} instead of once: {pattern.pattern}"
        for pattern, count in counts
        if count != 1
    ]


def out_of_order(rule: Rule, place: Place) -> list[str]:
    """First matches that do not stand in the order asked for; what is absent breaks no order."""
    firsts = [found[0] for found in map(place.hits, rule.ordered) if found]
    return [
        f"out of order{place.where}: {after[2].strip()} stands before {before[2].strip()}"
        for before, after in pairwise(firsts)
        if after[:2] < before[:2]
    ]


def unlisted(rule: Rule, place: Place) -> list[str]:
    """Lines that none of `every` names; comments are no configuration."""
    return [
        f"not allowed{place.where}: {line.strip()}"
        for line in place.lines
        if not comment(line) and not any(pattern.search(line) for pattern in rule.every)
    ]


def wrong_values(rule: Rule, place: Place) -> list[str]:
    words = [
        (value, _word(value, line), line)
        for value in rule.values
        for _, _, line in place.hits(value.pattern)
    ]
    return [
        f"{word or 'nothing'} instead of {value.told}{place.where}: {line.strip()}"
        for value, word, line in words
        if not value.allows(word)
    ]


def _word(value: Value, line: str) -> str:
    match = value.pattern.search(line)
    return (match.group(1) or "") if match else ""


CHECKS: Mapping[str, Check] = {
    "require": required, "forbid": forbidden, "once": counted, "ordered": out_of_order,
    "every": unlisted, "values": wrong_values,
}  # fmt: skip


def checks_of(rule: Rule) -> tuple[Check, ...]:
    """The checks that the rule has something to say to."""
    return tuple(check for name, check in CHECKS.items() if getattr(rule, name))


def faults(rule: Rule, checks: Sequence[Check], place: Place) -> list[str]:
    """What breaks the rule in this place."""
    if rule.when and not all(map(place.has, rule.when)):
        return []
    if len(checks) == 1:  # as of most rules
        return checks[0](rule, place)
    return [fault for check in checks for fault in check(rule, place)]
