"""`trimtab api`: pages and REST alone."""

import typer

from core.settings import load_settings
from trimtab.console import command_runtime, out
from trimtab.serving import ApiService, serve, set_up_logging

app = typer.Typer()


@app.command("api")
def serve_api() -> None:
    """Serve pages and REST alone, until Ctrl-C or SIGTERM."""
    settings = load_settings()
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        api = ApiService(runtime)
        serve([api], ready=lambda: out.print(f"Trimtab serves at {api.address}."))
