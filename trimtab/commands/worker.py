"""`trimtab worker`: runs jobs of some queues, or of all."""

from typing import Annotated

import typer

from core.errors import InvalidInput
from core.runtime import Runtime
from core.settings import load_settings
from operations.job_kinds import QUEUES
from operations.queue_roles import require_key
from operations.queues import known_queues, queue_of_role
from scheduler.announcing import ORIGIN, WORKER
from scheduler.service import WorkerService
from trimtab.console import Json, command_runtime, tell
from trimtab.serving import DatabaseService, serve, set_up_logging

app = typer.Typer()

Queues = Annotated[
    list[str],
    typer.Option("--queue", help=f"A unit's, or one of {', '.join(QUEUES)}; again for more."),
]


@app.command("worker")
def run_worker(
    *,
    queue: Queues = [],  # noqa: B006 - Typer's way to say none
    as_json: Json = False,
) -> None:
    """Run queued jobs until Ctrl-C or SIGTERM; jobs under way end first."""
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        served = _served(runtime, queue)
        serve(
            [DatabaseService(runtime), WorkerService(runtime, queues=served)],
            ready=lambda: tell(
                f"The worker runs {', '.join(served)}.",
                {"runs": "worker", "queues": served}, as_json=as_json,
            ),
        )  # fmt: skip


def _served(runtime: Runtime, names: list[str]) -> list[str]:
    """The queues to serve: those named, else the role's own, else the central ones.

    Raises InvalidInput for one that this connection does not see, or for another secret key than
    the platform's.
    """
    with runtime.context(WORKER, ORIGIN) as ctx:
        own = queue_of_role(ctx)
        known = [own.name] if own else known_queues(ctx)
        for name in names:
            if name not in known:
                raise InvalidInput(
                    f"There is no queue {name} for this worker; there are {', '.join(known)}."
                )
        if own is not None:
            require_key(ctx, own)
            return [own.name]
    return names or list(QUEUES)
