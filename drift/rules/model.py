"""Compliance rules as values: what each asks of a configuration. Reads and judges nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass as checked

from drift.severity import Severity


def _line_pattern(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """`^` and `$` hold at each line; that a rule looks at lines needs no flag in its text."""
    return re.compile(pattern.pattern, pattern.flags | re.MULTILINE)


Pattern = Annotated[re.Pattern[str], AfterValidator(_line_pattern)]
Patterns = tuple[Pattern, ...]
CHECKS = ("require", "forbid", "once", "ordered", "every", "values")


@checked(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Value:
    """What the first group of a matching line may be: one of some words, or a number in a range."""

    pattern: Pattern
    one_of: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None

    def __post_init__(self) -> None:
        if self.pattern.groups < 1:
            raise ValueError("the pattern of a value needs a group around the value")
        if not self.one_of and self.at_least is None and self.at_most is None:
            raise ValueError("a value needs one_of, at_least or at_most")

    @property
    def told(self) -> str:
        """What is allowed, in words."""
        if self.one_of:
            return "one of " + ", ".join(self.one_of)
        low = f"at least {self.at_least}" if self.at_least is not None else ""
        high = f"at most {self.at_most}" if self.at_most is not None else ""
        return " and ".join(part for part in (low, high) if part)

    def allows(self, word: str) -> bool:
        """Whether the word is in the set, or a number within the range."""
        if self.one_of:
            return word in self.one_of
        if not re.fullmatch(r"-?\d+", word):
            return False
        number = int(word)
        low = self.at_least is None or number >= self.at_least
        return low and (self.at_most is None or number <= self.at_most)


@checked(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Rule:
    """One sentence about configurations. `why` tells an engineer what the rule protects.

    It speaks of devices of these platforms (and roles, sites, tags, where given). With `within` it
    asks of every section whose first line matches, else of the whole text; `when` restricts it to
    places that hold a match of each of these patterns. Then: every `require` matches some line, no
    `forbid` matches any, each `once` matches exactly one, the first matches of `ordered` stand in
    that order, each line matches one of `every`, and `values` are as allowed.
    """

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    why: str = Field(min_length=1)
    severity: Severity
    platforms: tuple[str, ...] = Field(min_length=1)
    roles: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    clause: str = ""
    within: Pattern | None = None
    when: Patterns = ()
    require: Patterns = ()
    forbid: Patterns = ()
    once: Patterns = ()
    ordered: Patterns = ()
    every: Patterns = ()
    values: tuple[Value, ...] = ()
    remediation: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not any(getattr(self, name) for name in CHECKS):
            raise ValueError(f"a rule needs at least one of {', '.join(CHECKS)}")
        if self.every and self.within is None:
            raise ValueError("`every` needs `within`: it speaks of all lines of a section")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a rule may ask of the device itself."""

    platform: str
    role: str = ""
    site: str = ""
    tags: frozenset[str] = frozenset()

    def fits(self, rule: Rule) -> bool:
        """Whether the rule speaks of this device."""
        return (
            self.platform in rule.platforms
            and (not rule.roles or self.role in rule.roles)
            and (not rule.sites or self.site in rule.sites)
            and (not rule.tags or not self.tags.isdisjoint(rule.tags))
        )


class RulePack(Protocol):
    """Rules of an organization or a regulation; plugins of the group `trimtab.rules`."""

    def rules(self) -> Sequence[Rule]:
        """Every rule, each with an id that no other pack uses."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one rule says of one text. `detail` is empty when it passed."""

    rule: Rule
    passed: bool
    detail: str = ""
