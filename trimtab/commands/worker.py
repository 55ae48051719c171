"""`trimtab worker`: runs jobs of some queues, or of all."""

from typing import Annotated

import typer

from core.errors import InvalidInput
from core.settings import load_settings
from operations.job_kinds import QUEUES
from scheduler.service import WorkerService
from trimtab.console import command_runtime, out
from trimtab.serving import serve, set_up_logging

app = typer.Typer()

Queues = Annotated[
    list[str], typer.Option("--queue", help=f"One of {', '.join(QUEUES)}; again for more.")
]


@app.command("worker")
def run_worker(*, queue: Queues = []) -> None:  # noqa: B006 - Typer's way to say none
    """Run queued jobs until Ctrl-C or SIGTERM; jobs under way end first."""
    for name in queue:
        if name not in QUEUES:
            raise InvalidInput(f"There is no queue {name}; there are {', '.join(QUEUES)}.")
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        serve(
            [WorkerService(runtime, queues=queue or None)],
            ready=lambda: out.print(f"The worker runs {', '.join(queue) or 'all queues'}."),
        )
