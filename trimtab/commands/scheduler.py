"""`trimtab scheduler`: the clock and the audit log's sealer alone."""

import typer

from core.settings import load_settings
from scheduler.sealing import SealerService
from scheduler.service import ClockService
from trimtab.console import Json, command_runtime, tell
from trimtab.serving import DatabaseService, serve, set_up_logging

app = typer.Typer()


@app.command("scheduler")
def run_scheduler(*, as_json: Json = False) -> None:
    """Fire due schedules and seal the audit log, until Ctrl-C or SIGTERM; several may run."""
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        serve(
            [DatabaseService(runtime), SealerService(runtime), ClockService(runtime)],
            ready=lambda: tell("The scheduler runs.", {"runs": "scheduler"}, as_json=as_json),
        )
