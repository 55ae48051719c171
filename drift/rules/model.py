"""Compliance rules as values: what each asks of a configuration. Reads and judges nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass as checked

from drift.severity import Severity


def _line_pattern(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """`^` and `$` hold at each line; that a rule looks at lines needs no flag in its text."""
    return re.compile(pattern.pattern, pattern.flags | re.MULTILINE)


Pattern = Annotated[re.Pattern[str], AfterValidator(_line_pattern)]
Patterns = tuple[Pattern, ...]
CHECKS = ("require", "forbid", "once", "ordered", "every", "values")
STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class Value:
    """What the first group of a matching line may be: one of some words, or a number in a range."""

    pattern: Pattern
    """Finds the lines; its first group is the value. Lines that are not there are not judged."""
    one_of: tuple[str, ...] = ()
    """The words allowed."""
    at_least: int | None = None
    """The smallest number allowed."""
    at_most: int | None = None
    """The largest number allowed."""

    def __post_init__(self) -> None:
        if self.pattern.groups < 1:
            raise ValueError("the pattern of a value needs a group around the value")
        if not self.one_of and self.at_least is None and self.at_most is None:
            raise ValueError("a value needs one_of, at_least or at_most")
        if self.one_of and (self.at_least is not None or self.at_most is not None):
            raise ValueError("a value is either one of some words or a number in a range")
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and low > high:
            raise ValueError("at_least is larger than at_most: no number is allowed")

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


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class Rule:
    """One sentence about configurations.

    It speaks of devices of these platforms (and roles, sites, tags, where given). With `within` it
    asks of every section whose first line matches, else of the whole text.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
    """Names the rule in verdicts, policies and waivers; no two rules share one."""
    title: str = Field(min_length=1)
    """What holds where the rule is kept, in a few words."""
    why: str = Field(min_length=1)
    """Tells an engineer what the rule protects."""
    severity: Severity
    """How grave a violation is."""
    platforms: tuple[str, ...] = Field(min_length=1)
    """Platforms whose devices it speaks of."""
    roles: tuple[str, ...] = ()
    """Only devices of one of these roles."""
    sites: tuple[str, ...] = ()
    """Only devices of the sites with one of these codes."""
    tags: tuple[str, ...] = ()
    """Only devices with one of these tags."""
    clause: str = ""
    """The regulation's clause, by number."""
    within: Pattern | None = None
    """The first lines of the sections that the rule asks, wherever they stand."""
    absent: Literal["passes", "fails"] = "passes"
    """What a text without such a section does."""
    when: Patterns = ()
    """Asks only places that hold a match of each of these."""
    require: Patterns = ()
    """Each matches some line."""
    forbid: Patterns = ()
    """None matches any line."""
    once: Patterns = ()
    """Each matches exactly one line."""
    ordered: Patterns = ()
    """The first matches stand in this order; what is not there breaks no order."""
    every: Patterns = ()
    """Each line of the section matches one of these."""
    values: tuple[Value, ...] = ()
    """Words or numbers that lines may hold."""
    remediation: tuple[str, ...] = ()
    """Commands that a person may start from."""

    def __post_init__(self) -> None:
        if not any(getattr(self, name) for name in CHECKS):
            raise ValueError(f"a rule needs at least one of {', '.join(CHECKS)}")
        if self.every and self.within is None:
            raise ValueError("`every` needs `within`: it speaks of all lines of a section")
        if self.absent == "fails" and self.within is None:
            raise ValueError("`absent` needs `within`: it speaks of the section")

    def __hash__(self) -> int:
        return hash(self.id)  # patterns are costly to hash, and every judgement looks rules up


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


@runtime_checkable
class RulePack(Protocol):
    """Rules of an organization or a regulation; plugins of the group `trimtab.rules`."""

    def rules(self) -> Sequence[Rule]:
        """Every rule, each with an id that no other pack uses; asked before each judgement."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one rule says of one text. `detail` is empty when it passed."""

    rule: Rule
    passed: bool
    detail: str = ""
