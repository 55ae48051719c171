"""`trimtab scheduler`: the clock alone."""

import typer

from core.settings import load_settings
from scheduler.service import ClockService
from trimtab.console import Json, command_runtime, tell
from trimtab.serving import DatabaseService, serve, set_up_logging

app = typer.Typer()


@app.command("scheduler")
def run_scheduler(*, as_json: Json = False) -> None:
    """Fire due schedules into the queue, until Ctrl-C or SIGTERM; several may run at a time."""
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        serve(
            [DatabaseService(runtime), ClockService(runtime)],
            ready=lambda: tell("The scheduler runs.", {"runs": "scheduler"}, as_json=as_json),
        )
