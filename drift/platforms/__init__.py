"""Platforms as data: one YAML file each says how its configuration reads and is corrected."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import ClassVar

import yaml

from core.errors import TrimtabError
from drift.platforms.model import InSection, Multiline, Platform, any_of, index_of
from drift.platforms.reader import read

__all__ = [
    "InSection", "Multiline", "Platform", "UnknownPlatform", "any_of", "index_of", "names",
    "platform",
]  # fmt: skip

FOLDER = Path(__file__).parent


class UnknownPlatform(TrimtabError):
    code: ClassVar[str] = "unknown_platform"


@cache
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
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    if "like" in data:  # the same configuration under another of Netmiko's names
        return replace(platform(str(data["like"])), name=name)
    return read(name, data)
