"""Where the built assets are and which icons they hold. Builds nothing; see hatch_build.py."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
ADDRESS = "/static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The hashed file behind each asset's name, and the symbols of the sprite."""

    files: Mapping[str, str]
    icons: frozenset[str]

    def address(self, name: str) -> str:
        """The path to link to; a name that was not built is a defect and raises KeyError."""
        return f"{ADDRESS}/{self.files[name]}"

    def icon(self, name: str) -> str:
        """The path of an icon in the sprite; one that icons.json lacks raises KeyError."""
        if name not in self.icons:
            raise KeyError(f"The sprite has no icon {name}; add it to api/web/assets/icons.json.")
        return f"{self.address('icons.svg')}#{name}"


def read_manifest(static: Path = STATIC) -> Manifest | None:
    """The manifest of the built assets; None where Trimtab was built without pages."""
    try:
        told = json.loads((static / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Manifest(files=told["files"], icons=frozenset(told["icons"]))
