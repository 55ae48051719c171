"""The catalogue of playbooks: a folder each with playbook.yml and meta.yml. Runs none of them."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from jsonschema import Draft202012Validator, SchemaError
from pydantic import BaseModel, ConfigDict, ValidationError

from changes.errors import InvalidVariables, PlaybookBroken, UnknownPlaybook
from core.audit import Fact

FOLDER = Path(__file__).parents[1] / "playbooks"
PLUGINS = "plugins"
TASKS = "tasks"  # what several playbooks share

Risk = Literal["none", "low", "medium", "high"]


class Meta(BaseModel):
    """What meta.yml says; `inputs` is a JSON Schema of each host's variables."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    risk: Risk
    platforms: tuple[str, ...]
    inputs: dict[str, Fact]
    check_mode: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """A playbook and what it says of itself. `digest` covers all that it can use."""

    name: str
    title: str
    risk: Risk
    platforms: tuple[str, ...]
    inputs: Mapping[str, Fact]
    check_mode: bool
    digest: str
    path: Path


def catalogue(folder: Path = FOLDER) -> tuple[Playbook, ...]:
    """Every playbook, by name; raises PlaybookBroken naming the one at fault."""
    return tuple(playbook(name, folder) for name in _names(folder))


def playbook(name: str, folder: Path = FOLDER) -> Playbook:
    """One playbook as it is on disk now, or UnknownPlaybook, or PlaybookBroken with the place."""
    if name not in _names(folder):
        known = ", ".join(_names(folder))
        raise UnknownPlaybook(f"There is no playbook {name!r}; there are: {known}.")
    try:
        meta = Meta.model_validate(_yaml(folder / name / "meta.yml"))
        plays = _yaml(folder / name / "playbook.yml")
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _broken(name, f"meta.yml, {place or 'as a whole'}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _broken(name, str(error)) from error
    if not isinstance(plays, list) or not all(isinstance(play, dict) for play in plays):
        raise _broken(name, "playbook.yml is no list of plays")
    try:
        Draft202012Validator.check_schema(meta.inputs)
    except SchemaError as error:
        raise _broken(name, f"meta.yml, inputs: {error.message}") from error
    return Playbook(
        name=name, title=meta.title, risk=meta.risk, platforms=meta.platforms, inputs=meta.inputs,
        check_mode=meta.check_mode, digest=_digest(folder, name),
        path=folder / name / "playbook.yml",
    )  # fmt: skip


def shelve(place: Path, folder: Path = FOLDER) -> Path:
    """Copy the catalogue, so that what is judged is what runs, whoever edits the original."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(folder, place / "playbooks", ignore=ignored))


def check_variables(book: Playbook, variables: Mapping[str, Fact]) -> None:
    """Raise InvalidVariables naming every place where a host's variables do not fit."""
    validator = Draft202012Validator(book.inputs)
    found = "; ".join(
        f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(dict(variables))
    )
    if found:
        raise InvalidVariables(f"The playbook {book.name} cannot take these variables: {found}.")


def _names(folder: Path) -> list[str]:
    return sorted(file.parent.name for file in folder.glob("*/playbook.yml"))


def _yaml(file: Path) -> object:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _broken(name: str, why: str) -> PlaybookBroken:
    return PlaybookBroken(f"The playbook {name} cannot be used: {why}. Mend its files.")


def _digest(folder: Path, name: str) -> str:
    """SHA-256 over names and contents of the playbook's, the shared and the plugins' files."""
    total = hashlib.sha256()
    for root in (folder / name, folder / TASKS, folder / PLUGINS):
        for file in sorted(root.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                total.update(f"{file.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()
