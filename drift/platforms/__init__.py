"""Platforms as data: one YAML file each says how its configuration reads and is corrected."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

import yaml

from core.errors import TrimtabError

FOLDER = Path(__file__).parent
Style = Literal["indent", "junos", "sections"]
NEVER = re.compile(r"(?!)")


class UnknownPlatform(TrimtabError):
    code: ClassVar[str] = "unknown_platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiline:
    """A value that swallows lines from `start` until `end` ("delimiter": the banner's own)."""

    start: re.Pattern[str]
    end: re.Pattern[str] | None
    key: re.Pattern[str]
    reach: Literal["replace", "refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InSection:
    """Patterns that hold for the lines of sections matching `section` (empty path: the top)."""

    section: re.Pattern[str]
    lines: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation:
    """How a line is taken away when `no LINE` is not the way; the command may use captures."""

    line: re.Pattern[str]
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform's data. Patterns match from the beginning of a line or of a section's path."""

    name: str
    style: Style
    indent: str
    ignored: re.Pattern[str]  # lines that come and go by themselves, and comments
    multiline: tuple[Multiline, ...]
    ordered: re.Pattern[str]  # sections whose lines stand in order
    flat_lists: tuple[re.Pattern[str], ...]  # top-level lines that form an ordered list by name
    sequenced: re.Pattern[str]  # entries with a number of their own: taken away before replaced
    ranges: tuple[re.Pattern[str], ...]  # list-valued lines such as VLAN ranges
    single: tuple[InSection, ...]
    defaults: tuple[InSection, ...]  # lines that say what holds anyhow and are not shown
    negations: tuple[Negation, ...]
    undeletable: re.Pattern[str]  # sections that exist as hardware does
    definitions: tuple[re.Pattern[str], ...]  # must exist before what refers to them, in order
    access: re.Pattern[str]  # what a person logs in through: touched last
    resets: tuple[InSection, ...]  # a change of these drops the lines that `resets_lines` names
    resets_lines: re.Pattern[str]
    owners: tuple[re.Pattern[str], ...]  # removing such a line removes all lines of its capture
    alone: tuple[re.Pattern[str], ...]  # sections of which only one may exist
    closers: tuple[tuple[re.Pattern[str], str], ...]  # what a section's end is shown as
    refused: tuple[tuple[re.Pattern[str], str], ...]  # places without a safe command, and why


def names() -> tuple[str, ...]:
    """All platforms the engine knows."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


@cache
def platform(name: str) -> Platform:
    """The data of a platform, or UnknownPlatform naming those that exist."""
    file = FOLDER / f"{name}.yaml"
    if name not in names():
        raise UnknownPlatform(
            f"The drift engine does not know the platform {name!r}; it knows {', '.join(names())}.",
            platform=name,
        )
    return _platform(name, yaml.safe_load(file.read_text(encoding="utf-8")))


def _platform(name: str, data: dict[str, object]) -> Platform:
    get = _Reader(data)
    return Platform(
        name=name,
        style=get.style(),
        indent=str(data.get("indent", " ")),
        ignored=get.any_of("ignored"),
        multiline=tuple(
            Multiline(
                start=re.compile(one["start"]),
                end=None if one["end"] == "delimiter" else re.compile(one["end"]),
                key=re.compile(one["key"]),
                reach="refuse" if one.get("reach") == "refuse" else "replace",
            )
            for one in get.rows("multiline")
        ),
        ordered=get.any_of("ordered"),
        flat_lists=get.each("flat_lists"),
        sequenced=get.any_of("sequenced"),
        ranges=get.each("ranges"),
        single=get.in_sections("single"),
        defaults=get.in_sections("defaults"),
        negations=tuple(
            Negation(line=re.compile(one["line"]), command=one["command"])
            for one in get.rows("negations")
        ),
        undeletable=get.any_of("undeletable"),
        definitions=get.each("definitions"),
        access=get.any_of("access"),
        resets=get.in_sections("resets"),
        resets_lines=get.any_of("resets_lines"),
        owners=get.each("owners"),
        alone=get.each("alone"),
        closers=tuple((re.compile(one["section"]), one["line"]) for one in get.rows("closers")),
        refused=tuple((re.compile(one["place"]), one["reason"]) for one in get.rows("refused")),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the YAML's lists as compiled patterns."""

    data: dict[str, object]

    def style(self) -> Style:
        value = self.data.get("style", "indent")
        return "junos" if value == "junos" else "sections" if value == "sections" else "indent"

    def rows(self, key: str) -> list[dict[str, str]]:
        value = self.data.get(key, [])
        return value if isinstance(value, list) else []

    def any_of(self, key: str) -> re.Pattern[str]:
        patterns = [str(one) for one in self.rows(key)]
        return re.compile("|".join(f"(?:{one})" for one in patterns)) if patterns else NEVER

    def each(self, key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(str(one)) for one in self.rows(key))

    def in_sections(self, key: str) -> tuple[InSection, ...]:
        return tuple(
            InSection(
                section=re.compile(one["in"]),
                lines=re.compile("|".join(f"(?:{line})" for line in one["lines"])),
            )
            for one in self.rows(key)
        )
