"""The catalogue of playbooks: a folder each with playbook.yml and meta.yml. Runs none of them.

Those of the users' own folder (setting `playbooks`) stand beside ours under names of their own.
All that a playbook uses lies in its folder, or in our shared `tasks` and `plugins`: so its digest
covers all that can run.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jsonschema import Draft202012Validator

from changes.errors import InvalidVariables, PlaybookBroken, UnknownPlaybook
from changes.playbook_meta import MetaWrong, Risk, Rollback, Verification, read_meta, read_yaml
from core.audit import Fact
from core.settings import load_settings

FOLDER = Path(__file__).parents[1] / "playbooks"
PLUGINS = "plugins"
GUARD = "trimtab_guard"  # the variable
RELEASE = "trimtab_release"  # of an upgrade; its `wait` are seconds
WAIT = "trimtab_wait"  # how many seconds a device may take
WAY_BACK = "restore"
"""The playbook that types rollback lines and puts former files back."""
TASKS = "tasks"  # what several playbooks share
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
OUTSIDE = re.compile(rf"""(?<![\w.])\.\.(?:/(?!{TASKS}/)|(?=[\s"',\]}}]|$))""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """A playbook and what it says of itself. `digest` covers all that it can use."""

    name: str
    title: str
    risk: Risk
    platforms: tuple[str, ...]
    inputs: Mapping[str, Fact]
    check_mode: bool
    rollback: Rollback
    verification: Verification
    digest: str
    path: Path
    own: bool = False  # of the users' folder


def catalogue(folder: Path = FOLDER) -> tuple[Playbook, ...]:
    """Every playbook, by name; raises PlaybookBroken naming the one at fault.

    FOLDER stands for what is in use: ours and the users' own.
    """
    return tuple(_read(place, folder) for _, place in sorted(_places(folder).items()))


def playbook(name: str, folder: Path = FOLDER) -> Playbook:
    """One playbook as it is on disk now, or UnknownPlaybook, or PlaybookBroken with the place."""
    places = _places(folder)
    if name not in places:
        known = ", ".join(sorted(places))
        raise UnknownPlaybook(f"There is no playbook {name!r}; there are: {known}.")
    return _read(places[name], folder)


def shelve(place: Path, folder: Path = FOLDER) -> Path:
    """Copy the catalogue, so that what is judged is what runs, whoever edits the original."""
    ignored = shutil.ignore_patterns("__pycache__")
    shelf = Path(shutil.copytree(folder, place / "playbooks", ignore=ignored))
    for name, source in _places(folder).items():
        if source.parent != folder:
            with suppress(PlaybookBroken):  # told by the change that needs it; others do not wait
                _refuse_links(source)
                shutil.copytree(source, shelf / name, ignore=ignored)
    return shelf


def takes_guard(book: Playbook) -> bool:
    """Whether a device's own guard may be armed with the playbook."""
    return GUARD in named(book)


def named(book: Playbook) -> frozenset[str]:
    """The variables that the playbook's schema names."""
    properties = book.inputs.get("properties")
    return frozenset(properties) if isinstance(properties, Mapping) else frozenset()


def way_back_of(name: str) -> str:
    """The playbook that undoes this one: what its meta.yml names, else ours for lines and files."""
    return playbook(name).rollback.playbook or WAY_BACK


def check_variables(book: Playbook, variables: Mapping[str, Fact]) -> None:
    """Raise InvalidVariables naming every place where a host's variables do not fit."""
    found = "; ".join(faults(book.inputs, variables))
    if found:
        raise InvalidVariables(f"The playbook {book.name} cannot take these variables: {found}.")


def faults(schema: Mapping[str, Fact], variables: Mapping[str, Fact]) -> Iterator[str]:
    """Every place where variables do not fit a JSON Schema, with what is wrong there."""
    for fault in Draft202012Validator(schema).iter_errors(dict(variables)):
        yield f"{fault.json_path}: {fault.message}"


def _places(folder: Path) -> dict[str, Path]:
    """Where each playbook lies, by name."""
    found = {one.name: one for one in _playbooks(folder)}
    own = load_settings().playbooks if folder == FOLDER else None
    if own is None:
        return found
    if not own.is_dir():
        raise PlaybookBroken(
            f"There is no folder {own} of your own playbooks. Correct the setting playbooks "
            "(TRIMTAB_PLAYBOOKS)."
        )
    theirs = {one.name: one for one in _playbooks(own.resolve())}
    taken = sorted(name for name in theirs if (folder / name).exists())
    if taken:
        raise PlaybookBroken(
            f"The names {', '.join(taken)} in {own} are those of playbooks or folders that come "
            "with Trimtab. Give yours others."
        )
    return found | theirs


def _playbooks(folder: Path) -> Iterable[Path]:
    return (file.parent for file in folder.glob("*/playbook.yml"))


def _read(place: Path, folder: Path) -> Playbook:
    name = place.name
    own = place.parent != folder
    try:
        if own:
            _refuse_outside(place)
        meta = read_meta(place / "meta.yml")
        plays = read_yaml(place / "playbook.yml")
    except MetaWrong as error:
        raise _broken(name, str(error)) from error
    if not isinstance(plays, list) or not plays or not all(isinstance(one, dict) for one in plays):
        raise _broken(name, "playbook.yml is no list of plays")
    return Playbook(
        name=name, title=meta.title, risk=meta.risk, platforms=meta.platforms, inputs=meta.inputs,
        check_mode=meta.check_mode, rollback=meta.rollback, verification=meta.verification,
        digest=_digest(place, folder), path=place / "playbook.yml", own=own,
    )  # fmt: skip


def _refuse_outside(place: Path) -> None:
    """What lies beyond the folder is in no digest: neither links nor paths lead there."""
    if NAME.fullmatch(place.name) is None:
        raise _broken(place.name, "its name is not of small letters, digits and _")
    _refuse_links(place)
    for file in sorted(place.rglob("*.y*ml")):
        text = file.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if OUTSIDE.search(line):
                where = f"{file.relative_to(place)}, line {number}"
                raise _broken(place.name, f"{where}: the path leads out of the playbook's folder")


def _refuse_links(place: Path) -> None:
    for file in (place, *sorted(place.rglob("*"))):
        inside = file.resolve().is_relative_to(place.parent.resolve() / place.name)
        link_to_folder = file.is_symlink() and not file.is_file()
        if not inside or link_to_folder or not (file.is_dir() or file.is_file()):
            told = file.relative_to(place.parent)
            raise _broken(
                place.name, f"{told} is a link out of its folder or to a folder, or no usual file"
            )


def _broken(name: str, why: str) -> PlaybookBroken:
    return PlaybookBroken(f"The playbook {name} cannot be used: {why}. Mend its files.")


def _digest(place: Path, folder: Path) -> str:
    """SHA-256 over names and contents of the playbook's, the shared and the plugins' files."""
    total = hashlib.sha256()
    for root in (place, folder / TASKS, folder / PLUGINS):
        for file in sorted(root.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                total.update(f"{file.relative_to(root.parent).as_posix()} {content}\n".encode())
    return total.hexdigest()
