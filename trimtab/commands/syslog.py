"""`trimtab syslog`: the syslog listener alone; `status` shows what it has heard."""

from operator import attrgetter
from typing import Annotated

import typer

from core.errors import NotFound
from core.settings import load_settings
from inventory.platforms import platform_of
from operations.syslog import parse, report_of
from operations.syslog.counts import Counts, kept
from scheduler.listeners.binding import SyslogCannotListen, wanted
from scheduler.listeners.service import SyslogService
from trimtab.console import Column, Json, command_runtime, show_one, tell
from trimtab.serving import DatabaseService, serve, set_up_logging

app = typer.Typer()

SHOWN = (
    "since", "at", "listening", "received", "unparsed", "dropped", "unknown_sender", "silenced",
    "changed", "triggered", "errors", "events", "unknown",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def run_syslog(context: typer.Context, *, as_json: Json = False) -> None:
    """Listen for devices' messages until Ctrl-C or SIGTERM, on the ports that are set."""
    if context.invoked_subcommand is not None:
        return
    settings = load_settings()
    if not wanted(settings):
        raise SyslogCannotListen(
            "No port is set for syslog. Set TRIMTAB_SYSLOG_UDP_PORT, _TCP_PORT or _TLS_PORT."
        )
    set_up_logging(settings)
    with command_runtime(settings) as runtime:
        syslog = SyslogService(runtime)
        serve(
            [DatabaseService(runtime), syslog],
            ready=lambda: tell(
                f"Syslog listens on {', '.join(syslog.counts.listening)}.",
                {"runs": "syslog", "ports": syslog.ports}, as_json=as_json,
            ),
        )  # fmt: skip


@app.command()
def status(*, as_json: Json = False) -> None:
    """What the listener of this home folder has heard since it started."""
    counts = kept(load_settings().home)
    if counts is None:
        raise NotFound("No syslog listener has run here yet; set a port and start `trimtab serve`.")
    show_one(counts, {name: _column(name) for name in SHOWN}, as_json=as_json)


@app.command()
def explain(
    message: Annotated[str, typer.Argument(help="A message as a device sends it.")],
    *,
    platform: Annotated[str, typer.Option(help="The device's platform.")],
    as_json: Json = False,
) -> None:
    """Say how a message is read, and whether it reports a change of the configuration."""
    read, known = parse(message.encode(errors="replace")), platform_of(platform)
    report = report_of(read, known.name)
    show_one(
        read,
        {
            "severity": lambda row: row.severity, "hostname": lambda row: row.hostname,
            "time": lambda row: row.stamp, "id": lambda row: row.msgid or row.app,
            "text": lambda row: row.text, "changed": lambda _: report is not None,
            "by": lambda _: report.told if report else None,
        },
        as_json=as_json,
    )  # fmt: skip


def _column(name: str) -> Column[Counts]:
    return attrgetter(name)
