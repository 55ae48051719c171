"""`trimtab worker`: runs jobs of some queues, or of all."""

from typing import Annotated

import typer

from core.errors import InvalidInput
from core.settings import load_settings
from operations.job_kinds import QUEUES
from scheduler.service import WorkerService
from trimtab.console import Json, command_runtime, tell
from trimtab.serving import DatabaseService, serve, set_up_logging

app = typer.Typer()

Queues = Annotated[
    list[str], typer.Option("--queue", help=f"One of {', '.join(QUEUES)}; again for more.")
]


@app.command("worker")
def run_worker(
    *,
    queue: Queues = [],  # noqa: B006 - Typer's way to say none
    as_json: Json = False,
) -> None:
    """Run queued jobs until Ctrl-C or SIGTERM; jobs under way end first."""
    for name in queue:
        if name not in QUEUES:
            raise InvalidInput(f"There is no queue {name}; there are {', '.join(QUEUES)}.")
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        serve(
            [DatabaseService(runtime), WorkerService(runtime, queues=queue or None)],
            ready=lambda: tell(
                f"The worker runs {', '.join(queue) or 'all queues'}.",
                {"runs": "worker", "queues": queue or QUEUES}, as_json=as_json,
            ),
        )  # fmt: skip
