"""An exported pack to tamper with: its files, and the keys that a forger may have."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from core.evidence.standalone.program import main
from tests.core.evidence.pack_scene import WITNESS, draft
from tests.core.evidence.packing import (
    MANIFEST,
    SIGNATURE,
    Draft,
    canonical,
    hexed,
    signature,
    zipped,
)

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Prey:
    """The pack; `draft` is how it was made, with the whole log and the log's keys."""

    files: Files
    draft: Draft
    draw: Random
    folder: Path
    options: tuple[str, ...] = ()

    def some(self, *parts: str) -> str:
        """A file whose name has one of these parts."""
        return self.draw.choice(sorted(
            name for name in self.files if not parts or any(part in name for part in parts)
        ))  # fmt: skip

    def told(self, name: str) -> Any:
        return json.loads(self.files[name])

    def with_files(self, changes: Mapping[str, bytes | None]) -> "Prey":
        """Some files other ones; None for those that go. The manifest is as it was."""
        files = {**self.files, **{name: one for name, one in changes.items() if one is not None}}
        gone = {name for name, one in changes.items() if one is None}
        return replace(self, files={name: files[name] for name in files if name not in gone})

    def with_manifest(self, **members: object) -> "Prey":
        """A manifest of the files as they are now, under the old signature."""
        hashes = {name: hexed(one) for name, one in self.files.items()
                  if name not in (MANIFEST, SIGNATURE)}  # fmt: skip
        told = self.told(MANIFEST) | {"files": hashes} | members
        return self.with_files({MANIFEST: canonical(told)})

    def signed(self, **members: object) -> "Prey":
        """The same, signed anew with the log's own key, which was stolen."""
        listed = self.with_manifest(**members)
        told = signature(listed.files[MANIFEST], self.draft.log)
        return listed.with_files({SIGNATURE: told})

    def evidence(self, alter: Callable[[dict[str, Any]], object]) -> "Prey":
        """Evidence altered, everything around it made to fit with the stolen key."""
        told = self.told("evidence.json")
        alter(told)
        return self.with_files({"evidence.json": canonical(told)}).signed()

    def flipped(self, content: bytes) -> bytes:
        there = bytearray(content)
        there[self.draw.randrange(len(there))] ^= self.draw.randint(1, 255)
        return bytes(there)


@dataclass(frozen=True)
class Due:
    """A pack that somebody laid hands on, and by which of these names it has to be told."""

    content: bytes
    kinds: frozenset[str]
    options: tuple[str, ...] = field(default=())


def due(prey: Prey, *kinds: str) -> Due:
    return Due(zipped(prey.files), frozenset(kinds), prey.options)


def prey(draw: Random, folder: Path) -> Prey:
    made = draft()
    options = ("--log", made.log.name, "--witness-key", WITNESS.id)
    return Prey(made.packed(), made, draw, folder, options)


def faults(content: bytes, folder: Path, options: tuple[str, ...]) -> list[dict[str, str]]:
    """What the stand-alone verifier tells of these bytes."""
    file, said = folder / "pack.zip", io.StringIO()
    file.write_bytes(content)
    with redirect_stdout(said):
        code = main([str(file), "--json", *options])
    told = json.loads(said.getvalue())
    assert (code, told["verified"]) in ((0, True), (1, False))
    found: list[dict[str, str]] = told["faults"]
    return found


def unpacked(content: bytes) -> Files | None:
    """What an ordinary reader of zips finds; None where it finds no zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            return {name: pack.read(name) for name in pack.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        return None
