"""`trimtab device commission`, `decommission` and what is left to do in between."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from changes.lifecycle import commission, decommission, letting_go
from changes.lifecycle.commission import Asked
from changes.models import ChangeRequest
from core.context import Context
from inventory import devices
from trimtab.commands.template import REQUESTED, End, Start, window_of
from trimtab.console import Json, command_context, given_text, show, show_one, tell

Hostname = Annotated[str, typer.Argument(help="The device's name.")]
Reason = Annotated[str, typer.Option(help="Why; approvers and auditors read it.")]
Lines = Annotated[str | None, typer.Option(help="File with the lines to type; - reads input.")]
WayBack = Annotated[str | None, typer.Option(help="File with those that undo it; else computed.")]
REMAINS = {
    "kind": lambda row: row.kind,
    "what": lambda row: row.what,
    "how": lambda row: row.how,
}


def request_commission(
    hostname: Hostname, *, reason: Reason, lines: Lines = None, way_back: WayBack = None,
    start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request that a planned device is put into service: by lines, or towards its baseline."""
    asked = Asked(
        reason=reason, lines=_lines(lines), way_back=_lines(way_back), window=window_of(start, end)
    )
    _request(commission.request_commission, hostname, asked, as_json=as_json)


def request_decommission(
    hostname: Hostname, *, reason: Reason, lines: Lines = None, way_back: WayBack = None,
    start: Start = None, end: End = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Request the last change of a device: the lines that take it out of service."""
    asked = Asked(
        reason=reason, lines=_lines(lines), way_back=_lines(way_back), window=window_of(start, end)
    )
    _request(decommission.request_decommission, hostname, asked, as_json=as_json)


def _request(
    request: Callable[[Context, int, Asked], ChangeRequest], hostname: str, asked: Asked, *,
    as_json: bool,
) -> None:  # fmt: skip
    with command_context() as ctx:
        change = request(ctx, devices.by_hostname(ctx, hostname).id, asked)
        show_one(change, REQUESTED, as_json=as_json)


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


def _lines(name: str | None) -> tuple[str, ...]:
    return tuple(given_text(name).splitlines()) if name is not None else ()


COMMANDS: Mapping[str, Callable[..., None]] = {
    "commission": request_commission, "decommission": request_decommission, "remains": remains,
    "let-go": let_go, "end-login": end_login, "finish": finish,
}  # fmt: skip
