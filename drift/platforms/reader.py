"""A platform's file to its values: lists of words become patterns. Reads no file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drift.platforms.model import (
    NEVER,
    InSection,
    Moves,
    Multiline,
    Negation,
    Paths,
    Platform,
    Reasons,
    Shown,
    Style,
    Typed,
    Unclear,
    any_of,
)

STYLES: tuple[Style, ...] = ("indent", "junos", "set", "json", "sections")


def read(name: str, data: Mapping[str, object]) -> Platform:
    """The platform that the data of its file describe."""
    get = _Reader(data)
    return Platform(
        name=name,
        style=get.style(),
        indent=get.text("indent", " "),
        ignored=get.any_of("ignored"),
        multiline=tuple(_multiline(one) for one in get.rows("multiline")),
        ordered=get.any_of("ordered"),
        flat_lists=tuple(re.compile(one["name"]) for one in get.rows("flat_lists")),
        flat_opens=tuple(one["opens"] for one in get.rows("flat_lists")),
        sequenced=get.any_of("sequenced"),
        ranges=get.each("ranges"),
        single=get.in_sections("single"),
        defaults=get.in_sections("defaults"),
        negations=tuple(
            Negation(
                line=re.compile(one["line"]),
                command=one.get("command", ""),
                refused=one.get("refused", ""),
            )
            for one in get.rows("negations")
        ),
        undeletable=get.any_of("undeletable"),
        definitions=get.each("definitions"),
        access=get.any_of("access"),
        continued=get.in_sections("continued"),
        resets=get.in_sections("resets"),
        resets_lines=get.any_of("resets_lines"),
        owners=get.each("owners"),
        alone=get.each("alone"),
        closers=get.pairs("closers", "section", "line"),
        refused=get.pairs("refused", "place", "reason"),
        unclear=tuple(_unclear(one) for one in get.rows("unclear")),
        shown=Shown(
            changing=tuple(re.compile(one.pattern, re.MULTILINE) for one in get.each("changing")),
            paragraphs=get.text("paragraphs"),
            headers=get.text("headers"),
            wrapped=get.text("wrapped"),
            by_lines=get.searched("by_lines", "holds", "reason"),
        ),
        typed=_typed(get),
        paths=Paths(
            entries=get.any_of("entries"),
            term=get.text("term"),
            holders=re.compile(get.text("holders", NEVER.pattern)),
        ),
    )


def _unclear(row: Mapping[str, str]) -> Unclear:
    return Unclear(
        section=re.compile(row["in"]),
        line=re.compile(row["line"]),
        beside=re.compile(row["beside"]),
        reason=row["reason"],
    )


def _multiline(row: Mapping[str, str]) -> Multiline:
    return Multiline(
        opens=tuple(row["opens"]),
        start=re.compile(row["start"], re.MULTILINE),
        end=None if row["end"] == "delimiter" else re.compile(row["end"], re.MULTILINE),
        key=re.compile(row["key"]),
        reach="refuse" if row.get("reach") == "refuse" else "replace",
    )


def _typed(get: "_Reader") -> Typed:
    between, span = get.rows("spans") or (",", "-")
    return Typed(
        nothing=get.text("no_commands"),
        negator=get.text("negator", "no") + " ",
        unknown=get.text("unknown_negation"),
        enters=get.any_of("enters"),
        leaves=get.pairs("leaves", "section", "line"),
        tables=get.any_of("tables"),
        emptied=get.any_of("emptied"),
        moves=get.moves(),
        additive=get.in_sections("additive"),
        between=str(between),
        span=str(span),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the YAML's lists as compiled patterns."""

    data: Mapping[str, object]

    def style(self) -> Style:
        value = self.data.get("style", "indent")
        return next((one for one in STYLES if one == value), "indent")

    def text(self, key: str, otherwise: str = "") -> str:
        return str(self.data.get(key, otherwise))

    def pairs(self, key: str, pattern: str, text: str) -> Reasons:
        return tuple((re.compile(one[pattern]), one[text]) for one in self.rows(key))

    def searched(self, key: str, pattern: str, text: str) -> Reasons:
        return tuple((re.compile(one[pattern], re.MULTILINE), one[text]) for one in self.rows(key))

    def moves(self) -> Moves | None:
        row = self.data.get("moves")
        if not isinstance(row, dict):
            return None
        return Moves(
            entry=re.compile(str(row["entry"])), before=str(row["before"]), after=str(row["after"])
        )

    def rows(self, key: str) -> list[dict[str, str]]:
        value = self.data.get(key, [])
        return value if isinstance(value, list) else []

    def any_of(self, key: str) -> re.Pattern[str]:
        return any_of([str(one) for one in self.rows(key)])

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
