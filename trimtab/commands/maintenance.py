"""`trimtab maintenance`: plans of recurring work, their runs and what these found."""

import json
from contextlib import ExitStack
from functools import partial
from typing import Annotated

import typer

from changes.maintenance import passwords, plans, running
from changes.maintenance.backups import Replay
from changes.maintenance.plans import Planned
from changes.maintenance.running import Tools
from core.audit import Fact
from core.errors import InvalidInput
from inventory import devices
from inventory.credentials import credential_by_name
from organization.units import by_code
from trimtab.console import (
    ORIGIN,
    Json,
    acting_person,
    command_context,
    command_runtime,
    show,
    show_one,
    tell,
)
from trimtab.lab_restore import lab_target

app = typer.Typer(no_args_is_help=True)

COLUMNS = {
    "name": lambda row: row.name,
    "kind": lambda row: row.kind,
    "unit": lambda row: row.unit.code,
    "trigger": lambda row: row.schedule.trigger if row.schedule else "",
    "next_fire_at": lambda row: row.schedule.next_fire_at if row.schedule else None,
    "devices": lambda row: len(row.device_ids) or row.site or "all",
    "options": lambda row: row.options,
    "by": lambda row: row.created_by.username,
}
RESULTS = {
    "subject": lambda row: row.subject,
    "outcome": lambda row: row.outcome,
    "detail": lambda row: row.detail,
}

Name = Annotated[str, typer.Argument(help="The plan's name.")]


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """The plans of your units with their next times."""
    with command_context() as ctx:
        show(plans.list_plans(ctx), COLUMNS, as_json=as_json)


@app.command()
def add(  # noqa: PLR0913 - a plan's columns
    name: Name,
    kind: Annotated[
        str, typer.Argument(help="health, backup, certificates, unsaved, passwords or standard.")
    ],
    *,
    unit: Annotated[str, typer.Option(help="Code of the unit whose plan it is.")],
    trigger: Annotated[str, typer.Option(help='"every 1d", or a crontab line: "30 2 * * 1-5".')],
    timezone: Annotated[str, typer.Option(help="Time zone of a crontab line.")] = "UTC",
    device: Annotated[list[str] | None, typer.Option(help="Only this device; repeat it.")] = None,
    site: Annotated[str | None, typer.Option(help="Only the devices of this site.")] = None,
    options: Annotated[str, typer.Option(help='JSON, such as {"device_port": 443}.')] = "{}",
    purpose: Annotated[str, typer.Option(help="What it is good for.")] = "",
    as_json: Json = False,
) -> None:
    """Make a plan; its schedule fires it."""
    with command_context() as ctx:
        told = Planned(
            name=name, kind=kind, trigger=trigger, timezone=timezone, purpose=purpose, site=site,
            device_ids=tuple(devices.by_hostname(ctx, one).id for one in device or ()),
            options=_options(options),
        )  # fmt: skip
        show_one(plans.create(ctx, by_code(ctx, unit), told), COLUMNS, as_json=as_json)


@app.command()
def run(
    name: Name,
    *,
    into_lab: Annotated[
        bool, typer.Option("--into-lab", help="Restore backups into simulated devices over SSH.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run a plan here and now; exit 1 when something is not as it should be."""
    with command_runtime() as runtime, ExitStack() as stack:
        person = acting_person(runtime)
        contexts = partial(runtime.context, person, ORIGIN)
        with contexts() as ctx:
            plan_id = plans.by_name(ctx, name).id
        target = stack.enter_context(lab_target()) if into_lab else Replay()
        seen = running.run(contexts, plan_id, tools=Tools(target=target))
    show(seen, RESULTS, as_json=as_json)
    if any(one.outcome != "passed" for one in seen):
        raise typer.Exit(1)


@app.command()
def results(name: Name, *, as_json: Json = False) -> None:
    """What the last run of a plan found, what is not as it should be first."""
    with command_context() as ctx:
        found = plans.last_results(ctx, plans.by_name(ctx, name))
        show(found, RESULTS | {"looked_at": lambda row: row.looked_at}, as_json=as_json)


@app.command()
def end(
    name: Name,
    *,
    reason: Annotated[str, typer.Option(help="Why; auditors read it.")],
    as_json: Json = False,
) -> None:
    """Run a plan no more; its results stay."""
    with command_context() as ctx:
        plan = plans.end(ctx, plans.by_name(ctx, name).id, reason=reason)
        show_one(plan, COLUMNS, as_json=as_json)


@app.command()
def rotated(
    credential: Annotated[str, typer.Argument(help="The login's name.")],
    *,
    note: Annotated[str, typer.Option(help="Where and how; auditors read it.")],
    as_json: Json = False,
) -> None:
    """State that a login's password was changed now, where nobody else can know that."""
    with command_context() as ctx:
        passwords.state_rotation(ctx, credential_by_name(ctx, credential), note=note)
    tell(f"The password of {credential} was changed today.", {"credential": credential},
         as_json=as_json)  # fmt: skip


def _options(text: str) -> dict[str, Fact]:
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"--options is no JSON: {error}.", field="options") from error
    if not isinstance(told, dict):
        raise InvalidInput("--options is no JSON object.", field="options")
    return told
