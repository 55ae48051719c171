"""`trimtab device commission`, `decommission` and what is left to do in between."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from changes.lifecycle import commission, decommission, letting_go, retiring
from changes.lifecycle.commission import First
from changes.lifecycle.decommission import Last
from inventory import devices
from trimtab.commands.template import REQUESTED, End, Start, window_of
from trimtab.console import Json, command_context, given_text, show, show_one, tell

Hostname = Annotated[str, typer.Argument(help="The device's name.")]
Reason = Annotated[str, typer.Option(help="Why; approvers and auditors read it.")]
Lines = Annotated[str | None, typer.Option(help="File with the lines to type; - reads input.")]
WayBack = Annotated[str | None, typer.Option(help="File with those that undo it; else computed.")]
RETIRED = {
    "hostname": lambda row: row.device.hostname,
    "state": lambda row: row.device.state,
    "remains": lambda row: [f"{one.what}: {one.how}" for one in row.remains],
}
REMAINS = {
    "kind": lambda row: row.kind,
    "what": lambda row: row.what,
    "how": lambda row: row.how,
}


def request_commission(
    hostname: Hostname, *, reason: Reason, lines: Lines = None, way_back: WayBack = None,
    clock_seconds: Annotated[
        int | None, typer.Option(min=1, max=3600, help="How far its clock may be off afterwards.")
    ] = None,
    start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request that a planned device is put into service: by lines, or towards its baseline."""
    asked = First(
        reason=reason, lines=_lines(lines), way_back=_lines(way_back),
        window=window_of(start, end), clock_seconds=clock_seconds,
    )  # fmt: skip
    with command_context() as ctx:
        key = devices.by_hostname(ctx, hostname).id
        show_one(commission.request_commission(ctx, key, asked), REQUESTED, as_json=as_json)


def request_decommission(  # noqa: PLR0913 - a last change's options
    hostname: Hostname, *, reason: Reason, lines: Lines = None, way_back: WayBack = None,
    neighbour: Annotated[
        list[str] | None,
        typer.Option(help="A neighbour that may still be up then: its name or its address."),
    ] = None,
    shut: Annotated[
        bool, typer.Option("--shut", help="Shut interfaces, but the management's and --keep.")
    ] = False,
    keep: Annotated[list[str] | None, typer.Option(help="An interface that stays up.")] = None,
    start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request the last change of a device: the lines that take it out of service."""
    asked = Last(
        reason=reason, lines=_lines(lines), way_back=_lines(way_back),
        window=window_of(start, end), neighbours=tuple(neighbour or ()),
        keep=tuple(keep or ()) if shut or keep else None,
    )  # fmt: skip
    with command_context() as ctx:
        key = devices.by_hostname(ctx, hostname).id
        show_one(decommission.request_decommission(ctx, key, asked), REQUESTED, as_json=as_json)


def remains(hostname: Hostname, *, as_json: Json = False) -> None:
    """What still refers to a device, each with how it is removed; exit 1 when something does."""
    with command_context() as ctx:
        found = decommission.remains(ctx, devices.by_hostname(ctx, hostname).id)
        show(found, REMAINS, as_json=as_json)
    if found:
        raise typer.Exit(1)


def let_go(hostname: Hostname, *, as_json: Json = False) -> None:
    """End the baselines, expected facts, findings and relations of a device out of service."""
    with command_context() as ctx:
        name = letting_go.let_go(ctx, devices.by_hostname(ctx, hostname).id).hostname
    tell(f"What was kept of {name} is ended; its history stays.", {"hostname": name},
         as_json=as_json)  # fmt: skip


def end_login(hostname: Hostname, *, as_json: Json = False) -> None:
    """Take the secrets from a login that only this device used."""
    with command_context() as ctx:
        name = letting_go.end_login(ctx, devices.by_hostname(ctx, hostname).id).name
    tell(f"The login {name} is ended.", {"credential": name}, as_json=as_json)


def finish(hostname: Hostname, *, as_json: Json = False) -> None:
    """Retire a device whose decommission was carried out, if nothing remains of it."""
    with command_context() as ctx:
        name = decommission.finish(ctx, devices.by_hostname(ctx, hostname).id).hostname
    tell(f"{name} is retired.", {"hostname": name}, as_json=as_json)


def retire(
    hostname: Hostname,
    *,
    reason: Annotated[str, typer.Option(help="Why; auditors read it.")],
    force: Annotated[
        bool, typer.Option("--force", help="Although changes of it are open.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Retire a device that is gone, at once; what refers to it still is told and recorded."""
    with command_context() as ctx:
        done = retiring.retire(
            ctx, devices.by_hostname(ctx, hostname).id, reason=reason,
            open_changes="leave" if force else "refuse",
        )  # fmt: skip
        show_one(done, RETIRED, as_json=as_json)


def _lines(name: str | None) -> tuple[str, ...]:
    return tuple(given_text(name).splitlines()) if name is not None else ()


COMMANDS: Mapping[str, Callable[..., None]] = {
    "commission": request_commission, "decommission": request_decommission, "remains": remains,
    "let-go": let_go, "end-login": end_login, "finish": finish,
    "retire": retire,
}  # fmt: skip
