"""The command line: finds the command's module, runs it, turns errors into exit codes."""

from importlib import import_module
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup
from typing_extensions import override

from core.errors import TrimtabError
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
    "site": "Sites.",
    "credential": "Logins by reference.",
    "device": "Devices.",
    "discover": "Find devices in allowed ranges.",
    "collect": "Collect configurations now.",
    "snapshot": "Observed configurations.",
    "baseline": "Approved configurations.",
    "scan": "Collect and judge.",
    "drift": "Findings.",
    "diff": "Compare two configuration files.",
    "event": "Events.",
    "problem": "Problems and known errors.",
    "knowledge": "Knowledge articles.",
    "change": "Change requests.",
    "audit": "Audit records.",
    "unit": "Units of the organization.",
    "post": "Posts and their permissions.",
    "user": "Persons.",
    "token": "API tokens.",
    "policy": "Policies and their clauses.",
    "schedule": "Schedules.",
}


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
        except TrimtabError as error:
            raise typer.Exit(fail(error)) from error


app = typer.Typer(
    cls=Commands,
    add_completion=False,
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
    app()
