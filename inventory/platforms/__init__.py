"""Platforms as data: one YAML file each beside this one. Speaks to no device and no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from core.errors import TrimtabError

FOLDER = Path(__file__).parent
Patterns = tuple[re.Pattern[str], ...]
NOTHING: Patterns = ()


class UnknownPlatform(TrimtabError):
    code = "unknown_platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What to ask a device; None where the platform has no such command."""

    running: str | None = None
    startup: str | None = None
    version: str | None = None
    lldp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """The command that keeps a configuration, the answer that proves it, and what disproves it."""

    command: str
    accepted: re.Pattern[str]
    rejected: re.Pattern[str] = re.compile(
        r"(?i)permission denied|no space|read-only|fail(?:ed|ure)|error|can.t|unable"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Commands of a configuration session that is thrown away; `{name}` is the session's."""

    open: str
    diff: str
    abort: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Everything Trimtab knows of a platform's command line; patterns match one line.

    `neighbour` and `blocks` match across lines. A secret is what the group `secret` matched; with
    `secret_sections` only below headings that match it.
    `text_blocks` are lines that open free text, with the line that ends it; an empty end means that
    the text ends where the opening line's delimiter stands again.
    """

    name: str
    netmiko: str
    driver: str = "netmiko"
    commands: Commands = Commands()
    end: re.Pattern[str] | None = None
    hostname: re.Pattern[str] | None = None
    identify: re.Pattern[str] | None = None
    facts: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    neighbour: re.Pattern[str] | None = None
    volatile: Patterns = NOTHING
    errors: Patterns = NOTHING
    refused: Patterns = NOTHING
    harmless: Patterns = NOTHING
    secrets: Patterns = NOTHING
    secret_sections: re.Pattern[str] | None = None
    blocks: Patterns = NOTHING
    save: Save | None = None
    rehearsal: Rehearsal | None = None
    text_blocks: Mapping[str, str] = field(default_factory=dict)


def platform_of(name: str) -> Platform:
    """The platform, or UnknownPlatform naming the nearest known ones."""
    found = _all().get(name)
    if found is None:
        near = get_close_matches(name, _all(), n=3)
        hint = (
            f"Did you mean {' or '.join(near)}?"
            if near
            else "`trimtab device platforms` lists all."
        )
        raise UnknownPlatform(f"{name!r} is no platform that Trimtab knows. {hint}", platform=name)
    return found


def known_platforms() -> tuple[Platform, ...]:
    return tuple(sorted(_all().values(), key=lambda platform: platform.name))


@cache
def _all() -> Mapping[str, Platform]:
    generic = _read(FOLDER / "_generic.yaml")
    platforms = {
        name: _parse(name, {"netmiko": name, "commands": family["commands"], **generic})
        for family in cast("list[dict[str, object]]", _load(FOLDER / "_families.yaml"))
        for name in cast("list[str]", family["platforms"])
    }
    for file in sorted(FOLDER.glob("[a-z]*.yaml")):
        data = _read(file)
        for name in (file.stem, *cast("list[str]", data.get("aliases", []))):
            platforms[name] = _parse(name, data)
    return platforms


def _load(file: Path) -> object:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _read(file: Path) -> dict[str, object]:
    return cast("dict[str, object]", _load(file))


def _parse(name: str, data: Mapping[str, object]) -> Platform:
    save = cast("Mapping[str, str] | None", data.get("save"))
    rehearsal = cast("dict[str, str] | None", data.get("rehearsal"))
    return Platform(
        name=name,
        netmiko=str(data["netmiko"]),
        driver=str(data.get("driver", "netmiko")),
        commands=Commands(**cast("dict[str, str]", data["commands"])),
        end=_pattern(data, "end"),
        hostname=_pattern(data, "hostname"),
        identify=_pattern(data, "identify"),
        facts={
            key: re.compile(value, re.MULTILINE)
            for key, value in cast("Mapping[str, str]", data.get("facts", {})).items()
        },
        neighbour=_joined(data, "neighbour"),
        volatile=_patterns(data, "volatile"),
        errors=_patterns(data, "errors"),
        refused=_patterns(data, "refused"),
        harmless=_patterns(data, "harmless"),
        secrets=_patterns(data, "secrets"),
        secret_sections=_pattern(data, "secret_sections"),
        blocks=_patterns(data, "blocks", re.DOTALL),
        rehearsal=Rehearsal(**rehearsal) if rehearsal else None,
        text_blocks=cast("Mapping[str, str]", data.get("text_blocks", {})),
        save=Save(command=save["command"], accepted=re.compile(save["accepted"])) if save else None,
    )


def _pattern(data: Mapping[str, object], key: str) -> re.Pattern[str] | None:
    text = cast("str | None", data.get(key))
    return re.compile(text, re.MULTILINE) if text else None


def _joined(data: Mapping[str, object], key: str) -> re.Pattern[str] | None:
    parts = cast("list[str] | None", data.get(key))
    return re.compile("".join(parts)) if parts else None


def _patterns(data: Mapping[str, object], key: str, flags: int = 0) -> Patterns:
    return tuple(re.compile(text, flags) for text in cast("list[str]", data.get(key, [])))
