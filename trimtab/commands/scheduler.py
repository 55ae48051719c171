"""`trimtab scheduler`: the clock alone."""

import typer

from core.settings import load_settings
from scheduler.service import ClockService
from trimtab.console import command_runtime, out
from trimtab.serving import serve, set_up_logging

app = typer.Typer()


@app.command("scheduler")
def run_scheduler() -> None:
    """Fire due schedules into the queue, until Ctrl-C or SIGTERM; several may run at a time."""
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        serve([ClockService(runtime)], ready=lambda: out.print("The scheduler runs."))
