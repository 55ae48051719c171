"""The command line: finds the command's module, runs it, turns errors into exit codes."""

import os
import signal
import traceback
from importlib import import_module
from types import FrameType
from typing import cast

import typer
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typing_extensions import override

from core.errors import DatabaseUnavailable, InvalidInput, TrimtabError
from trimtab.console import fail

COMMANDS = {
    "init": "Set up the database, the first unit and the first person.",
    "sign-in": "Sign in on this machine.",
    "doctor": "Explain the settings and check the installation.",
    "demo": "The whole story on a simulated network.",
    "lab": "A simulated network over real SSH.",
    "serve": "Pages, REST, scheduler and worker together.",
    "api": "Pages and REST alone.",
    "scheduler": "The clock alone.",
    "worker": "A worker alone.",
    "queue": "Queues near the devices, and the role of their workers.",
    "syslog": "The syslog listener alone, and what it has heard.",
    "site": "Sites.",
    "credential": "Logins by reference.",
    "secret": "The key of what is kept encrypted.",
    "device": "Devices.",
    "discover": "Find devices in allowed ranges, and review them.",
    "collect": "Collect configurations now.",
    "snapshot": "Observed configurations.",
    "baseline": "Approved configurations.",
    "scan": "Collect and judge.",
    "scans": "Scans under way and of the past.",
    "drift": "Findings.",
    "noise": "Lines that change by themselves.",
    "rules": "Compliance rules.",
    "diff": "Compare two configuration files.",
    "event": "Events.",
    "problem": "Problems and known errors.",
    "knowledge": "Knowledge articles.",
    "change": "Change requests.",
    "calendar": "Windows, freezes and when changes may run.",
    "catalogue": "Standard changes and playbooks.",
    "approval": "Whose approval is needed, batches, comments, delegations.",
    "notice": "What waits for you, what you were told, and how.",
    "emergency": "Emergencies carried out alone, and their reviews.",
    "maintenance": "Recurring health checks, restores, expiries and changes.",
    "risk": "The formula that says how risky a change is.",
    "audit": "Audit records.",
    "question": "The questions that an auditor asks.",
    "pack": "Evidence packs, to take home and check offline.",
    "unit": "Units of the organization.",
    "post": "Posts and their permissions.",
    "user": "Persons.",
    "token": "API tokens.",
    "policy": "Policies and their clauses.",
    "schedule": "Schedules.",
}


class Defect(TrimtabError):
    """Something that nobody foresaw went wrong in Trimtab itself."""

    code = "defect"


class Commands(TyperGroup):
    """Imports a command's module only when it is called: most need no device library."""

    @override
    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(COMMANDS)

    @override
    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"trimtab.commands.{cmd_name.replace('-', '_')}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        command.help = COMMANDS[cmd_name]
        return cast("TyperCommand", command)

    @override
    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, TyperException, BrokenPipeError):
            raise  # Typer ends these itself
        except Exception as error:
            raise typer.Exit(fail(explained(error))) from error


def explained(error: Exception) -> TrimtabError:
    """The error as one that a person can act on; what nobody foresaw is a defect of ours."""
    said = (str(getattr(error, "orig", None) or error).strip().splitlines() or [""])[0]
    match error:
        case TrimtabError():
            return error
        case OperationalError() | InterfaceError():
            return DatabaseUnavailable(
                f"The database went away: {said}. Look with `trimtab doctor`, then try again."
            )
        case DataError() | UnicodeEncodeError():
            return InvalidInput(f"The database cannot hold a value that was given: {said}.")
        case _:
            if os.environ.get("TRIMTAB_LOG_LEVEL", "").upper() == "DEBUG":
                traceback.print_exception(error)
            return Defect(
                f"{type(error).__name__}: {said}. This is a defect of Trimtab: run the command "
                "again with TRIMTAB_LOG_LEVEL=DEBUG, which shows where, and report it."
            )


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 the answer is no (differs, not verified), 2 wrong input, "
    "3 not permitted, 4 not found, 5 conflict, 6 unavailable, 70 a defect of Trimtab.",
)


@app.callback()
def trimtab() -> None:
    """Trimtab holds networks and servers on their approved configuration."""


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # not where `nohup` said otherwise
            signal.signal(number, _end)
    app()


def _end(number: int, _frame: FrameType | None) -> None:
    """End in order: a command that is told to go still stops the database that it started."""
    raise SystemExit(128 + number)
