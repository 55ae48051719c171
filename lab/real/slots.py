"""A place of its own for each running lab, freed by the kernel when its process ends."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lab.real import plans

RUN = Path("/run/trimtab-lab")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A number that no other running lab has, and an empty folder for it."""

    number: int
    folder: Path


@contextmanager
def taken(run: Path = RUN) -> Iterator[Slot]:
    """The first free slot, until the end; removes what killed labs left in any free one.

    Raises RuntimeError when there is none.
    """
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(run)
    for number in range(plans.slots()):
        lock = _lock(run, number)
        if lock is None:
            continue
        folder = run / str(number)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            yield Slot(number=number, folder=folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
        return
    raise RuntimeError(f"{plans.slots()} labs run already; end one of them ({run}).")


def sweep(run: Path = RUN) -> None:
    """Remove the folders of labs that run no more. Their processes ended with their makers."""
    for folder in run.iterdir():
        if folder.is_dir() and folder.name.isdigit():
            lock = _lock(run, int(folder.name))
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def _lock(run: Path, number: int) -> int | None:
    """An open file that holds the slot, or None when another process holds it."""
    file = os.open(run / f"{number}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file
    os.close(file)
    return None
