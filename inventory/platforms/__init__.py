"""Platforms as data: one YAML file each beside this one. Speaks to no device and no database."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from core.errors import TrimtabError
from inventory.platforms.writing import GuardCommands, Rehearsal, Save, Staged, guard_of

FOLDER = Path(__file__).parent
FOLDER_TOLD = "TRIMTAB_RUN_PLATFORMS"
"""Set where the program that started this one has read the settings already; empty for none."""
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is faster
Patterns = tuple[re.Pattern[str], ...]
NOTHING: Patterns = ()


class UnknownPlatform(TrimtabError):
    code = "unknown_platform"


class PlatformBroken(TrimtabError):
    """A platform file that cannot be used."""

    code = "platform_broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What to ask a device; None where the platform has no such command."""

    running: str | None = None
    startup: str | None = None
    version: str | None = None
    lldp: str | None = None
    cdp: str | None = None
    interfaces: str | None = None
    inventory: str | None = None

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(one.name for one in fields(cls))

    def of(self, name: str) -> str | None:
        return cast("str | None", getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interfaces:
    """How the answer to the interfaces command is read; patterns match across lines.

    `head` begins each interface (group `name`, and `up` which matches where it is up); the others
    stand between two heads and give the group `value`; a speed has the group `unit` (K, M or G).
    """

    head: re.Pattern[str]
    description: re.Pattern[str] | None = None
    speed: re.Pattern[str] | None = None
    addresses: Patterns = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Everything Trimtab knows of a platform's command line; patterns match one line.

    `braces`: sections stand in braces. `neighbour` and `blocks` match across lines. A secret is
    what the group `secret` matched; with `secret_sections` only below headings that match it.
    `text_blocks` are lines that open free text, with the line that ends it; an empty end means that
    the text ends where the opening line's delimiter stands again.
    `prepare` are the lines that make a terminal wide and endless, where no more than these is
    needed; `reads_ahead` tells that the device shows what is typed ahead only when it comes to it.
    `netconf` tells that lines are loaded into the device's candidate through NETCONF.
    `unguarded` is why there is no `guard`, where that is not for want of a timer.
    `item` matches one module with its part and serial number.
    """

    name: str
    netmiko: str
    driver: str = "netmiko"
    commands: Commands = Commands()
    end: re.Pattern[str] | None = None
    braces: bool = False
    hostname: re.Pattern[str] | None = None
    identify: re.Pattern[str] | None = None
    banner: re.Pattern[str] | None = None  # what its SSH server says of itself
    facts: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    neighbour: re.Pattern[str] | None = None
    interfaces: Interfaces | None = None
    item: re.Pattern[str] | None = None
    prepare: tuple[str, ...] = ()
    reads_ahead: bool = False
    neighbour_head: re.Pattern[str] | None = None  # what each neighbour begins with
    cdp_neighbour: re.Pattern[str] | None = None
    cdp_head: re.Pattern[str] | None = None
    volatile: Patterns = NOTHING
    errors: Patterns = NOTHING
    refused: Patterns = NOTHING
    harmless: Patterns = NOTHING
    secrets: Patterns = NOTHING
    secret_sections: re.Pattern[str] | None = None
    blocks: Patterns = NOTHING
    save: Save | None = None
    rehearsal: Rehearsal | None = None
    staged: Staged | None = None
    netconf: bool = False
    guard: GuardCommands | None = None
    unguarded: str = ""
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


def forget() -> None:
    """Have the files read anew: the folder of the installation's own ones is another one."""
    _all.cache_clear()


@cache
def _all() -> Mapping[str, Platform]:
    generic = _read(FOLDER / "_generic.yaml")
    platforms = {
        name: _parse(name, {"netmiko": name, "commands": family["commands"], **generic})
        for family in cast("list[dict[str, object]]", _load(FOLDER / "_families.yaml"))
        for name in cast("list[str]", family["platforms"])
    }
    for folder in (FOLDER, *_own()):
        for file in sorted(folder.glob("[a-z]*.yaml")):
            data = _read(file)
            for name in (file.stem, *cast("list[str]", data.get("aliases", []))):
                platforms[name] = _parse(name, {**(generic if folder != FOLDER else {}), **data})
    return platforms


def _own() -> tuple[Path, ...]:
    """The folder of the installation's own platforms; one of these goes before one of ours."""
    told = os.environ.get(FOLDER_TOLD)
    if told is not None:
        return (Path(told),) if told else ()
    from core.settings import load_settings  # noqa: PLC0415 - a tenth of a second in each Ansible

    folder = load_settings().platforms_folder
    return () if folder is None else (folder,)


def _load(file: Path) -> object:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe one


def _read(file: Path) -> dict[str, object]:
    """A platform's data, or PlatformBroken."""
    try:
        data = _load(file)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PlatformBroken(f"The platform file {file} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise PlatformBroken(f"The platform file {file} is no mapping.")
    return cast("dict[str, object]", data)


def _parse(name: str, data: Mapping[str, object]) -> Platform:
    try:
        return _parsed(name, data)
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise PlatformBroken(
            f"The data of the platform {name} is wrong: {type(error).__name__} {error}. "
            "It needs `netmiko` and `commands`; see docs/drivers.md."
        ) from error


def _parsed(name: str, data: Mapping[str, object]) -> Platform:
    save = cast("Mapping[str, str] | None", data.get("save"))
    rehearsal = cast("dict[str, str] | None", data.get("rehearsal"))
    staged = cast("dict[str, str] | None", data.get("staged"))
    return Platform(
        name=name,
        netmiko=str(data["netmiko"]),
        driver=str(data.get("driver", "netmiko")),
        commands=Commands(**cast("dict[str, str]", data["commands"])),
        end=_pattern(data, "end"),
        braces=bool(data.get("braces", False)),
        hostname=_pattern(data, "hostname"),
        identify=_pattern(data, "identify"),
        banner=_pattern(data, "banner"),
        facts={
            key: re.compile(value, re.MULTILINE)
            for key, value in cast("Mapping[str, str]", data.get("facts", {})).items()
        },
        neighbour=_joined(data, "neighbour"),
        interfaces=_interfaces(data),
        item=_joined(data, "item"),
        prepare=tuple(cast("list[str]", data.get("prepare", []))),
        reads_ahead=bool(data.get("reads_ahead", False)),
        neighbour_head=_head(data, "neighbour"),
        cdp_neighbour=_joined(data, "cdp_neighbour"),
        cdp_head=_head(data, "cdp_neighbour"),
        volatile=_patterns(data, "volatile"),
        errors=_patterns(data, "errors"),
        refused=_patterns(data, "refused"),
        harmless=_patterns(data, "harmless"),
        secrets=_patterns(data, "secrets"),
        secret_sections=_pattern(data, "secret_sections"),
        blocks=_patterns(data, "blocks", re.DOTALL),
        rehearsal=Rehearsal(**rehearsal) if rehearsal else None,
        netconf=bool(data.get("netconf", False)),
        staged=Staged(**staged) if staged else None,
        guard=guard_of(cast("Mapping[str, object] | None", data.get("guard"))),
        unguarded=str(data.get("unguarded", "")),
        text_blocks=cast("Mapping[str, str]", data.get("text_blocks", {})),
        save=Save(command=save["command"], accepted=re.compile(save["accepted"])) if save else None,
    )


def _interfaces(data: Mapping[str, object]) -> Interfaces | None:
    own = cast("Mapping[str, object] | None", data.get("interfaces"))
    if own is None:
        return None
    return Interfaces(
        head=re.compile(str(own["head"]), re.MULTILINE),
        description=_pattern(own, "description"),
        speed=_pattern(own, "speed"),
        addresses=_patterns(own, "addresses", re.MULTILINE),
    )


def _pattern(data: Mapping[str, object], key: str) -> re.Pattern[str] | None:
    text = cast("str | None", data.get(key))
    return re.compile(text, re.MULTILINE) if text else None


def _joined(data: Mapping[str, object], key: str) -> re.Pattern[str] | None:
    parts = cast("list[str] | None", data.get(key))
    return re.compile("".join(parts)) if parts else None


def _head(data: Mapping[str, object], key: str) -> re.Pattern[str] | None:
    parts = cast("list[str] | None", data.get(key))
    return re.compile(parts[0]) if parts else None


def _patterns(data: Mapping[str, object], key: str, flags: int = 0) -> Patterns:
    return tuple(re.compile(text, flags) for text in cast("list[str]", data.get(key, [])))
