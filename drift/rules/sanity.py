"""What is odd about a rule although it can be read: patterns that can never match. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from drift.platforms import names
from drift.platforms import platform as named
from drift.rules.judging import patterns_of
from drift.rules.model import Rule
from drift.rules.texts import alternatives
from inventory.cleaning import clean
from inventory.platforms import known_platforms, platform_of
from inventory.redaction import redact

INLINE_FLAGS = re.compile(r"^\(\?[a-zA-Z]+\)")
GROUP = r"(?<!\\)\((?:\?:|\?[a-zA-Z]+:)?((?:[^()|\\]|\\.)*)(?:\|(?:[^()\\]|\\.)*)?\)"
SIMPLE = (
    (INLINE_FLAGS, ""),
    (re.compile(r"(?<!\\)\((?:[^()\\]|\\.)*\)[?*]"), ""),  # a group that may be left out
    (re.compile(r"(?<!\\)\(\?[=!](?:[^()\\]|\\.)*\)|\\b|(?<!\\)[\^$](?!\])"), ""),
    (re.compile(r"(?<!\\)\[([^\]^\\])(?:[^\]\\]|\\.)*\](?:[+*?]|\{[\d,]+\})?"), r"\1"),
    (re.compile(GROUP), r"\1"),
    (re.compile(r"\\[SwD][+*]?"), "x"),
    (re.compile(r"\\d(?:[+*?]|\{[\d,]+\})?"), "7"),
    (re.compile(r"(?:\\s|(?<!\\)\.| )[+*]|\\s"), " "),
)
"""From a pattern to one line that it may match, in this order. What comes of it is tried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """`wrong`: the rule can never do what it says. `odd`: it may."""

    rule_id: str
    gravity: Literal["wrong", "odd"]
    text: str


def remarks(rules: Sequence[Rule], known: Sequence[Rule]) -> tuple[Remark, ...]:
    """What is odd about these rules; `known` are those that are in force beside them."""
    taken = {rule.id for rule in known}
    return tuple(
        Remark(rule_id=rule.id, gravity=gravity, text=text)
        for rule in rules
        for gravity, text in (
            *((("wrong", "another rule in force has this id"),) if rule.id in taken else ()),
            *_of_platforms(rule),
            *_of_patterns(rule),
        )
    )


Told = Iterator[tuple[Literal["wrong", "odd"], str]]


def _of_platforms(rule: Rule) -> Told:
    known = {platform.name for platform in known_platforms()}
    for name in rule.platforms:
        if name not in known:
            yield "wrong", f"no device can have the platform {name}"
        elif _style(name) == "junos" and rule.within is not None:
            yield "wrong", "Junos is judged as `set` statements, which have no sections"


def _of_patterns(rule: Rule) -> Told:
    for pattern in dict.fromkeys(patterns_of(rule)):
        for part in map(_bare, alternatives(pattern.pattern)):
            if not part.startswith("^"):
                yield "odd", f"{part} matches inside of lines too: begin it with ^"
            elif rule.within is not None and re.match(r"\^[\w\[]", part):
                yield "wrong", f"{part} can never match: lines of a section are indented"
            for name in rule.platforms:
                yield from _of_pattern(part, pattern.flags, name, rule)


def _of_pattern(part: str, flags: int, name: str, rule: Rule) -> Told:
    """Whether what the pattern names is still there when rules see a text."""
    if _style(name) == "junos" and part.startswith("^") and not part.startswith(("^set", "^prot")):
        yield "wrong", f"{part} can never match: Junos is judged as `set` statements"
        return
    line = example(part)
    pattern = re.compile(part, flags)
    if name not in {one.name for one in known_platforms()} or not pattern.search(line):
        return
    shown = _shown(line, rule, name)
    if not pattern.search(shown):
        what = "a secret, which is a mark" if "<secret:" in shown else "what changes by itself"
        yield "wrong", f"{part} can never match on {name}: it names {what} when rules see the text"


def example(part: str) -> str:
    """A line that a simple pattern matches; of others something that it may not match."""
    for written, instead in SIMPLE * 3:  # groups stand in groups
        part = written.sub(instead, part)
    return re.sub(r"\\(.)", r"\1", part)


def _shown(line: str, rule: Rule, name: str) -> str:
    """The line, below its section, as a text is kept."""
    header = f"{example(rule.within.pattern)}\n" if rule.within else ""
    text = clean(f"{header}{line}\n", platform_of(name))
    return redact(text, platform=name, key=b"an example").removeprefix(header)


def _bare(part: str) -> str:
    """A pattern without the flags before it."""
    return INLINE_FLAGS.sub("", part)


def _style(name: str) -> str:
    return named(name).style if name in names() else "indent"
