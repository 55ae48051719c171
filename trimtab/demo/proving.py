"""The end of the story: a pack is checked where there is Python and `cryptography`, nothing of us.

The virtual environment is made now, of this installation's own files: it needs no network.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

NEEDED = "cryptography"
SECONDS = 120
"""What checking a pack may take."""


def stranger(folder: Path) -> Path:
    """Make the environment in a folder that is not there yet; the path of its Python."""
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=SECONDS,
        capture_output=True,
    )  # fmt: skip
    python = folder / "bin" / "python"
    place = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True,
        timeout=SECONDS, capture_output=True, text=True,
    )  # fmt: skip
    for one in _with_what_it_needs(distribution(NEEDED), set()):
        _put_into(Path(place.stdout.strip()), one)
    return python


def check(python: Path, program: Path, pack: Path, *, log: str) -> subprocess.CompletedProcess[str]:
    """Run the stand-alone program there, with no setting of ours and no folder to import from."""
    plain = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}}
    return subprocess.run(
        [python, "-I", program, pack, "--log", log], cwd=pack.parent, env=plain, check=False,
        timeout=SECONDS, capture_output=True, text=True,
    )  # fmt: skip


def _with_what_it_needs(one: Distribution, seen: set[str]) -> Iterator[Distribution]:
    if one.name in seen:
        return
    seen.add(one.name)
    yield one
    for needed in map(Requirement, one.requires or ()):
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            yield from _with_what_it_needs(distribution(needed.name), seen)


def _put_into(place: Path, one: Distribution) -> None:
    for file in one.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue  # its commands, and what Python makes anew
        target = place / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(str(file.locate()), target)
