"""`trimtab api`: pages and REST alone."""

import typer

from core.settings import load_settings
from trimtab.console import Json, command_runtime, tell
from trimtab.serving import ApiService, DatabaseService, serve, set_up_logging

app = typer.Typer()


@app.command("api")
def serve_api(*, as_json: Json = False) -> None:
    """Serve pages and REST alone, until Ctrl-C or SIGTERM."""
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        api = ApiService(runtime)
        serve(
            [DatabaseService(runtime), api],
            ready=lambda: tell(
                f"Trimtab serves at {api.address}.", {"address": api.address}, as_json=as_json
            ),
        )
