"""Compliance rules as data, and their judgement of one text. No database, no network.

A rule is an entry of a YAML pack beside this file: patterns that must or must not match a line,
in the whole text or in every section whose header matches `within`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal, Protocol

import yaml
from pydantic import TypeAdapter, ValidationError

from core.errors import TrimtabError

FOLDER = Path(__file__).parent
SHOWN = 3  # offending lines named in a detail


class RulePackBroken(TrimtabError):
    """A pack of rules cannot be read; the message names file and place."""

    code: ClassVar[str] = "rule_pack_broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One sentence about configurations. `why` tells an engineer what the rule protects."""

    id: str
    title: str
    why: str
    severity: Literal["info", "minor", "major", "critical"]
    platforms: tuple[str, ...]
    require: tuple[re.Pattern[str], ...] = ()
    forbid: tuple[re.Pattern[str], ...] = ()
    within: re.Pattern[str] | None = None


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


_RULES = TypeAdapter(tuple[Rule, ...])


def judge(text: str, rules: Sequence[Rule], *, platform: str) -> tuple[Judgement, ...]:
    """The judgements of the rules that speak of this platform, in the rules' order."""
    lines = tuple(text.splitlines())
    return tuple(_judge(rule, lines) for rule in rules if platform in rule.platforms)


@cache
def built_in() -> tuple[Rule, ...]:
    """The rules that come with Trimtab, by pack and place."""
    return tuple(rule for file in sorted(FOLDER.glob("*.yaml")) for rule in read(file))


def read(file: Path) -> tuple[Rule, ...]:
    """The rules of one pack, or RulePackBroken."""
    try:
        rules = _RULES.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulePackBroken(f"The rule pack {file} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RulePackBroken(f"The rule pack {file} is wrong at {place}: {first['msg']}") from error
    return rules


def _judge(rule: Rule, lines: Sequence[str]) -> Judgement:
    faults = tuple(_faults(rule, lines))
    more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return Judgement(rule=rule, passed=not faults, detail="; ".join(faults[:SHOWN]) + more)


def _faults(rule: Rule, lines: Sequence[str]) -> Iterator[str]:
    """What breaks the rule, in words; places without a matching section break nothing."""
    for header, body in _places(rule, lines):
        where = f" in {header}" if header else ""
        for pattern in rule.require:
            if not any(pattern.search(line) for line in body):
                yield f"missing{where}: {pattern.pattern}"
        for line in body:
            if any(pattern.search(line) for pattern in rule.forbid):
                yield f"forbidden{where}: {line.strip()}"


def _places(rule: Rule, lines: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """The whole text, or the indented lines of every section that the rule is about."""
    if rule.within is None:
        yield "", lines
        return
    for number, line in enumerate(lines):
        if rule.within.search(line):
            yield line.strip(), tuple(_below(lines[number + 1 :]))


def _below(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith((" ", "\t")):
            return
        yield line
