"""How the demonstration speaks: steps with their time, quiet when only JSON is wanted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from trimtab.console import safe


@dataclass(slots=True)
class Teller:
    """Tells steps and what came of them; `begun` is when the story began."""

    console: Console
    begun: float = field(default_factory=time.monotonic)
    number: int = 0

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step of the story; its time is told when it ends."""
        self.number += 1
        self.console.print(f"\n[bold]{self.number}. {safe(what)}[/bold]")
        since = time.monotonic()
        with self.console.status("working"):
            yield
        self.console.print(f"   [dim]{time.monotonic() - since:.1f} s[/dim]")

    def say(self, text: str) -> None:
        self.console.print(f"   {safe(text)}", soft_wrap=True)

    def lines(self, lines: tuple[str, ...] | list[str]) -> None:
        for line in lines:
            self.console.print(f"     [cyan]{safe(line)}[/cyan]", soft_wrap=True)

    def table(self, heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
        table = Table(box=None, padding=(0, 2, 0, 3))
        for head in heads:
            table.add_column(head, style="default", header_style="dim", overflow="fold")
        for row in rows:
            table.add_row(*(safe(cell) for cell in row))
        self.console.print(table)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun
