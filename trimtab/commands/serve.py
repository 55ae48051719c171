"""`trimtab serve`: pages, REST, scheduler, worker and syslog listener in one process."""

import typer

from core.database_door import DatabaseDoor
from core.database_door import wanted as wants_door
from core.settings import load_settings
from scheduler.listeners.binding import wanted
from scheduler.listeners.service import SyslogService
from scheduler.sealing import SealerService
from scheduler.service import ClockService, WorkerService
from trimtab.console import Json, command_runtime, tell
from trimtab.serving import ApiService, DatabaseService, serve, set_up_logging

app = typer.Typer()


@app.command("serve")
def serve_all(*, as_json: Json = False) -> None:
    """Serve pages and REST, fire schedules and run jobs, until Ctrl-C or SIGTERM."""
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        api = ApiService(runtime)
        syslog = [SyslogService(runtime)] if wanted(settings) else []
        server = runtime.server if wants_door(settings) else None
        door = [DatabaseDoor(settings, server)] if server else []
        serve(
            [
                DatabaseService(runtime), SealerService(runtime), api, ClockService(runtime),
                WorkerService(runtime), *syslog, *door,
            ],
            ready=lambda: tell(
                f"Trimtab serves at {api.address}. Ctrl-C ends it; jobs under way end first.",
                {"address": api.address}, as_json=as_json,
            ),
        )  # fmt: skip
    tell("ended", {"ended": True}, as_json=as_json)
