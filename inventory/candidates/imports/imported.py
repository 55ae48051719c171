"""One device as another inventory tells of it, and its platform's name made ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from core.audit import Fact
from core.errors import InvalidInput
from inventory.drivers.probe import visible
from inventory.platforms import known_platforms

SLUGS = Path(__file__).parent / "slugs.yaml"
MOST_ENTRIES = 65_536


class SourceUnreadable(InvalidInput):
    """What is to be imported cannot be read, or is more than an inventory."""

    code = "source_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Empty and None where the source does not tell. `platform` is the source's own word."""

    hostname: str = ""
    address: str | None = None
    port: int = 22
    platform: str = ""
    serial: str | None = None
    model: str | None = None
    proposal: Mapping[str, Fact] = field(default_factory=dict)


def platform_here(word: str) -> str | None:
    """Our name of a platform that another inventory calls so, None where it is not known."""
    name = word.strip().lower()
    plain = name.replace("-", "_").replace(" ", "_")
    names = {platform.name for platform in known_platforms()}
    return plain if plain in names else _slugs().get(name.replace("_", "-"), _slugs().get(name))


@cache
def _slugs() -> Mapping[str, str]:
    return cast("Mapping[str, str]", yaml.safe_load(SLUGS.read_text(encoding="utf-8")))


def nested(entry: Mapping[str, object], *path: str) -> str:
    """A text below some keys; empty where one of them is missing or holds something else."""
    value: object = entry
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return visible(value.strip()) if isinstance(value, str) else ""


def proposed(**values: str) -> dict[str, Fact]:
    """What is said for the adoption, without what is empty."""
    return {name: value for name, value in values.items() if value}


def without_prefix(address: str) -> str | None:
    """10.0.0.1 of 10.0.0.1/24; None of nothing."""
    return address.partition("/")[0] or None
