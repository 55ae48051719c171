"""A bar on standard error while devices are observed; nothing stays of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from drift.observation import Observation
from inventory.candidates.searching import Reached
from trimtab.console import err, safe


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[Observation], None]]:
    """Yields what to call after each device."""
    columns = (
        TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(what, total=total, last="")

        def advance(seen: Observation) -> None:
            progress.update(task, advance=1, last=safe(f"{seen.hostname} {seen.outcome}"))

        yield advance


@contextmanager
def search_bar() -> Iterator[Callable[[Reached], None]]:
    """Yields what to call with how far a search for devices is."""
    columns = (
        TextColumn("discover"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[found]} found, {task.fields[identified]} identified"),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("discover", total=None, found=0, identified=0)

        def tell(reached: Reached) -> None:
            progress.update(
                task, total=reached.total, completed=reached.looked, found=reached.found,
                identified=reached.identified,
            )  # fmt: skip

        yield tell
