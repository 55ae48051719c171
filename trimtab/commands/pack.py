"""`trimtab pack`: evidence to take home, which the file in it checks without Trimtab."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from errno import EEXIST
from pathlib import Path
from typing import Annotated

import typer

from changes.packs.coming import coming
from changes.packs.making import make
from changes.packs.model import Made, OfChange, OfClause, OfDevice, OfUnit, Period, Wanted
from changes.questions.asking import BOUNDS
from changes.questions.periods import time_of
from core.context import utc_now
from core.errors import InvalidInput
from trimtab.console import Json, command_context, err, safe, show_one

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path | None, typer.Option(help="A new file; default: a name of the pack's own.")]
Since = Annotated[
    str, typer.Option(help="From this time on: 2026-11-24, 2026-11-24T22:00Z, or last-month.")
]
Until = Annotated[str, typer.Option(help="Until before this time.")]

COLUMNS: dict[str, Callable[[tuple[Path, Made]], object]] = {
    "file": lambda told: str(told[0]),
    "about": lambda told: told[1].subject.label,
    "records": lambda told: told[1].records,
    "head": lambda told: told[1].size,
    "bytes": lambda told: told[1].bytes,
    "sha256": lambda told: told[1].digest,
    "manifest": lambda told: told[1].manifest,
}


@app.command()
def change(
    number: Annotated[str, typer.Argument(help="The change, as C12 or 12.")],
    *, file: File = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Everything about a change: who asked, approved and ran what, and what it did."""
    digits = number.removeprefix("C").removeprefix("c")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise InvalidInput(f"{number!r} is no change; write it as C12.")
    _write(OfChange(change_id=int(digits)), file, as_json=as_json)


@app.command()
def device(
    hostname: Annotated[str, typer.Argument(help="The device.")],
    *, since: Since = "", until: Until = "", file: File = None, as_json: Json = False,
) -> None:  # fmt: skip
    """What happened to a device in a period."""
    _write(OfDevice(hostname=hostname, period=_period(since, until)), file, as_json=as_json)


@app.command()
def unit(
    code: Annotated[str, typer.Argument(help="The unit's code.")],
    *,
    since: Since = "",
    until: Until = "",
    file: File = None,
    as_json: Json = False,
) -> None:
    """What happened in a unit and those below it in a period."""
    _write(OfUnit(code=code, period=_period(since, until)), file, as_json=as_json)


@app.command()
def clause(
    policy: Annotated[str, typer.Argument(help="The policy's code.")],
    number: Annotated[str, typer.Argument(help="The clause, as the policy numbers it.")],
    *,
    version: Annotated[int | None, typer.Option(min=1, help="Default: the newest one.")] = None,
    since: Since = "", until: Until = "", file: File = None, as_json: Json = False,
) -> None:  # fmt: skip
    """How a clause of a policy was watched in a period."""
    wanted = OfClause(policy=policy, number=number, version=version, period=_period(since, until))
    _write(wanted, file, as_json=as_json)


def _period(since: str, until: str) -> Period:
    return Period(since=_time("since", since), until=_time("until", until))


def _time(name: str, text: str) -> datetime | None:
    return time_of(text, BOUNDS[name], now=utc_now(), field=name) if text else None


def _write(wanted: Wanted, file: Path | None, *, as_json: bool) -> None:
    """Make the pack in a draft beside its place; nothing is left where it cannot be made."""
    try:
        if file is not None and file.exists():
            raise FileExistsError(EEXIST, os.strerror(EEXIST))
        with _draft(file.parent if file else Path()) as draft:
            with draft.open("w+b") as target:
                with command_context() as ctx:
                    still = coming(ctx, wanted)
                    made = make(ctx, wanted, target)
                target.flush()
                os.fsync(target.fileno())
            place = file or Path(made.name)
            _put(draft, place)
    except OSError as error:
        where = file or Path.cwd()
        raise InvalidInput(f"The pack cannot be written to {where}: {error.strerror}.") from error
    show_one((place, made), COLUMNS, as_json=as_json)
    if still:
        err.print(safe(still), soft_wrap=True)


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """An empty file that nobody else reads, gone afterwards."""
    number, name = tempfile.mkstemp(prefix=".trimtab-pack-", dir=folder)
    os.close(number)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _put(draft: Path, place: Path) -> None:
    """Give the whole draft its place at once, or raise FileExistsError where a file is there.

    Where there are no hard links (FAT, some network mounts) it takes the place of an empty file
    that is made here, and that is removed again when this fails.
    """
    try:
        os.link(draft, place)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            draft.replace(place)
        except BaseException:
            place.unlink()
            raise
