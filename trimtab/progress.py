"""A bar on standard error while devices are observed; nothing stays of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from drift.observation import Observation
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
