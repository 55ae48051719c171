"""What a platform's file says, as values. Reads no file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Style = Literal["indent", "junos", "set", "json", "sections"]
Patterns = tuple[re.Pattern[str], ...]
Reasons = tuple[tuple[re.Pattern[str], str], ...]
NEVER = re.compile(r"(?!)")
SECONDARY = r".* secondary$"  # an address beside another one


def any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """One pattern that matches where any of these does."""
    return re.compile("|".join(f"(?:{one})" for one in patterns)) if patterns else NEVER


def named(patterns: Sequence[str]) -> re.Pattern[str]:
    """As `any_of`; `index_of` tells which of them matched."""
    return any_of([f"(?P<_{index}>{one})" for index, one in enumerate(patterns)])


def index_of(found: re.Match[str]) -> int:
    """The index of the first pattern that a `named` one matched by."""
    return int((found.lastgroup or "_0")[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiline:
    """A value that swallows lines from `start` until `end` ("delimiter": the banner's own).

    `opens` are the words that its first line begins with, so that a text without them is not
    searched for it.
    """

    opens: tuple[str, ...]
    start: re.Pattern[str]
    end: re.Pattern[str] | None
    key: re.Pattern[str]
    reach: Literal["replace", "refuse"]

    def ended(self, lines: Sequence[str]) -> bool:
        """Whether the value's lines hold what ends it."""
        if self.end is not None:
            return any(self.end.search(line) for line in lines[1:])
        words = lines[0].split(maxsplit=2)[2]
        delimiter = "^C" if words.startswith("^C") else words[0]
        return "\n".join((words, *lines[1:])).count(delimiter) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class InSection:
    """Patterns that hold for the lines of sections matching `section` (empty path: the top)."""

    section: re.Pattern[str]
    lines: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation:
    """How a line is taken away when `no LINE` is not the way; the command may use captures.

    Where there is no safe way, `refused` says why.
    """

    line: re.Pattern[str]
    command: str
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A line whose removal means another thing when a line of `beside` changes with it."""

    section: re.Pattern[str]
    line: re.Pattern[str]
    beside: re.Pattern[str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """How an entry of an ordered section is put elsewhere; the first group of `entry` names it."""

    entry: re.Pattern[str]
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a text differs from one line a statement with indented lines below it."""

    changing: Patterns  # secrets that are another text at each display, behind the first group
    paragraphs: str  # the line between paragraphs; one that begins indented is of the top level
    headers: str  # what an unindented line begins with that heads the unindented lines below it
    wrapped: str  # what ends a line that goes on in the next one
    by_lines: Reasons  # texts that are compared line by line, without commands


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """How commands are typed, beside the lines themselves."""

    nothing: str  # why the platform has no commands; empty where it has
    negator: str  # the word that takes a line away, with a space behind it
    unknown: str  # why lines that no negation names are not taken away; empty where they are
    enters: re.Pattern[str]  # lines that open a section even with nothing below
    leaves: Reasons  # what is typed at the end of a section
    tables: re.Pattern[str]  # top-level sections whose own sections are deleted one by one, late
    emptied: re.Pattern[str]  # sections within others that can only be emptied
    moves: Moves | None  # how entries of ordered sections change their place
    additive: tuple[InSection, ...]  # lists of numbers that a line adds to
    between: str  # what stands between the numbers of a list
    span: str  # what stands between the ends of a range of numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Set style: what a deletion may name, and which entries stand in order."""

    entries: re.Pattern[str]  # paths that go away whole when nothing of them is intended
    term: str  # the word before ordered entries
    holders: re.Pattern[str]  # the paths that hold them


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One platform's data. Patterns match from the beginning of a line or of a section's path."""

    name: str
    style: Style
    indent: str
    ignored: re.Pattern[str]  # lines that come and go by themselves, and comments
    multiline: tuple[Multiline, ...]
    ordered: re.Pattern[str]  # sections whose lines stand in order
    flat_lists: tuple[re.Pattern[str], ...]  # top-level lines that form an ordered list by name
    flat_opens: tuple[str, ...]  # the words that such lines begin with
    sequenced: re.Pattern[str]  # entries with a number of their own: taken away before replaced
    ranges: tuple[re.Pattern[str], ...]  # list-valued lines such as VLAN ranges
    single: tuple[InSection, ...]
    defaults: tuple[InSection, ...]  # lines that say what holds anyhow and are not shown
    negations: tuple[Negation, ...]
    undeletable: re.Pattern[str]  # sections that exist as hardware does
    definitions: tuple[re.Pattern[str], ...]  # must exist before what refers to them, in order
    access: re.Pattern[str]  # what a person logs in through: touched last
    continued: tuple[InSection, ...]  # lists over several lines: the first resets, others add
    resets: tuple[InSection, ...]  # a change of these drops the lines that `resets_lines` names
    resets_lines: re.Pattern[str]
    owners: tuple[re.Pattern[str], ...]  # removing such a line removes all lines of its capture
    alone: tuple[re.Pattern[str], ...]  # sections of which only one may exist
    closers: Reasons  # what a section's end is shown as
    refused: Reasons  # places without a safe command, and why
    unclear: tuple[Unclear, ...]
    shown: Shown
    typed: Typed
    paths: Paths

    def ended(self, value: Sequence[str]) -> bool:
        """Whether a multi-line value is ended: typed open, it would swallow what comes behind."""
        kind = next((one for one in self.multiline if one.start.match(value[0])), None)
        return kind is None or kind.ended(value)

    @cached_property
    def value_opens(self) -> tuple[str, ...]:
        """What the first lines of multi-line values begin with, indented as they are shown."""
        return tuple(word for one in self.multiline for word in one.opens)

    @cached_property
    def definition(self) -> re.Pattern[str]:
        """What any of the definitions matches; its group is named after the first that does."""
        return named([one.pattern for one in self.definitions])

    @cached_property
    def owner(self) -> re.Pattern[str]:
        """What any of the owners matches; the group that took part holds the name."""
        return any_of([one.pattern for one in self.owners])

    @cached_property
    def negated(self) -> re.Pattern[str]:
        """Lines that are not simply taken away by the negator."""
        return any_of([one.line.pattern for one in self.negations])

    @cached_property
    def takes_any(self) -> bool:
        """Whether every line has a command that takes it away."""
        return not self.typed.unknown and not any(one.refused for one in self.negations)

    @cached_property
    def refused_places(self) -> re.Pattern[str]:
        """Places without a safe command, whatever the reason."""
        return any_of([pattern.pattern for pattern, _ in self.refused])

    @cached_property
    def single_lines(self) -> re.Pattern[str]:
        """Single-valued lines of whatever section; the group is named after the first rule."""
        return named([rule.lines.pattern for rule in self.single])

    @cached_property
    def special(self) -> re.Pattern[str]:
        """Lines whose change may be more than the line itself: lists, owners, what resets."""
        in_sections = (*self.continued, *self.resets, *self.typed.additive)
        beside = [one.pattern for rule in self.unclear for one in (rule.line, rule.beside)]
        others = [one.pattern for one in (*self.owners, self.sequenced, self.typed.emptied)]
        lines = [rule.lines.pattern for rule in in_sections]
        return any_of([*lines, *beside, *others, SECONDARY])

    @cached_property
    def reset_lines(self) -> re.Pattern[str]:
        """Lines whose change may drop others, in whatever section."""
        return any_of([rule.lines.pattern for rule in self.resets])

    @cached_property
    def default_lines(self) -> re.Pattern[str]:
        """Lines that may state a default, in whatever section."""
        return any_of([rule.lines.pattern for rule in self.defaults])
