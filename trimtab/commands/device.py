"""`trimtab device`: the devices of the CMDB."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from core.audit import Fact
from core.errors import InvalidInput
from inventory import credentials, devices, host_keys, imports, relations, reports
from inventory.models import Device
from inventory.platforms import known_platforms
from trimtab.commands import device_lifecycle
from trimtab.console import Json, command_context, show, show_one, tell

app = typer.Typer(no_args_is_help=True)
for _name, _command in device_lifecycle.COMMANDS.items():
    app.command(_name)(_command)

COLUMNS = {
    "hostname": lambda row: row.hostname,
    "site": lambda row: row.site.code,
    "platform": lambda row: row.platform,
    "driver": lambda row: row.driver,
    "address": lambda row: f"{row.address}:{row.port}",
    "state": lambda row: row.state,
    "outcome": lambda row: row.outcome,
    "attempted_at": lambda row: row.attempted_at,
}
DETAILS = COLUMNS | {
    "detail": lambda row: row.outcome_detail,
    "failures": lambda row: row.failures,
    "rests_until": lambda row: row.rests_until,
    "role": lambda row: row.role,
    "model": lambda row: row.model,
    "serial": lambda row: row.serial,
    "os_version": lambda row: row.os_version,
    "credential": lambda row: row.credential.name,
    "own_login": lambda row: row.own_login,
    "options": lambda row: row.options,
}
INTERFACES = {
    "interface": lambda row: row["name"],
    "up": lambda row: row["up"],
    "mbits": lambda row: row["speed"],
    "addresses": lambda row: " ".join(row["addresses"]),
    "description": lambda row: row["description"],
}
ITEMS = {
    "item": lambda row: row["name"],
    "part": lambda row: row["part"],
    "serial": lambda row: row["serial"],
}
NEIGHBOURS = {
    "interface": lambda row: row.interface,
    "peer": lambda row: row.peer_name,
    "peer_interface": lambda row: row.peer_interface,
    "protocol": lambda row: row.kind,
    "known": lambda row: row.peer_id is not None,
    "seen_at": lambda row: row.seen_at,
}
PLATFORMS = {
    "platform": lambda row: row.name,
    "driver": lambda row: row.driver,
    "end_mark": lambda row: row.end is not None,
    "changes": lambda row: row.save is not None,
}

State = Literal["planned", "active", "maintenance", "retired"]
Hostname = Annotated[str, typer.Argument(help="The device's name.")]
Reason = Annotated[str, typer.Option(help="Why; auditors read it.")]


@app.command("add")
def add(  # noqa: PLR0913 - a device's columns
    hostname: Hostname,
    *,
    site: Annotated[str, typer.Option(help="Code of its site.")],
    platform: Annotated[str, typer.Option(help="`trimtab device platforms` lists them.")],
    address: Annotated[str, typer.Option(help="IP address or DNS name.")],
    credential: Annotated[str, typer.Option(help="Name of the login.")],
    port: Annotated[int, typer.Option(help="SSH port.")] = 22,
    driver: Annotated[str | None, typer.Option(help="Default: the platform's.")] = None,
    role: Annotated[str, typer.Option(help="What it does, in your words.")] = "",
    state: Annotated[State, typer.Option(help="planned: until it is commissioned.")] = "active",
    options: Annotated[str, typer.Option(help="The driver's options as JSON.")] = "{}",
    as_json: Json = False,
) -> None:
    """Add a device."""
    with command_context() as ctx:
        device = devices.add_device(
            ctx, hostname=hostname, site_code=site, platform=platform, address=address, port=port,
            credential=credentials.credential_by_name(ctx, credential), driver=driver, role=role,
            state=state, options=_options(options),
        )  # fmt: skip
        show_one(device, DETAILS, as_json=as_json)


def _options(text: str) -> dict[str, Fact]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"--options is no JSON: {error}.", field="options") from error
    if not isinstance(value, dict):
        raise InvalidInput("--options is no JSON object.", field="options")
    return value


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file; - reads standard input.")],
    *,
    as_json: Json = False,
) -> None:
    """Add the devices of a CSV file, all or none."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is no UTF-8 text (byte {error.start}).") from error
    with command_context() as ctx:
        show(imports.import_csv(ctx, text, source=file.name), COLUMNS, as_json=as_json)


@app.command("list")
def list_all(
    *,
    site: Annotated[str | None, typer.Option(help="Only this site's.")] = None,
    platform: Annotated[str | None, typer.Option(help="Only this platform's.")] = None,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    after: Annotated[str | None, typer.Option(help="Begin after this hostname.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100_000,
    as_json: Json = False,
) -> None:
    """The devices you may read, by hostname."""
    with command_context() as ctx:
        found = devices.list_devices(
            ctx, site=site, platform=platform, state=state, after=after, limit=limit
        )
        show(found, COLUMNS, as_json=as_json)


@app.command("show")
def show_device(hostname: Hostname, *, as_json: Json = False) -> None:
    """Everything about one device."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        report = reports.of_device(ctx, device.id)
        told = {
            "saved": lambda _: report and report.saved,
            "uptime": lambda _: report and report.uptime,
        }
        show_one(device, DETAILS | told, as_json=as_json)


@app.command()
def interfaces(hostname: Hostname, *, as_json: Json = False) -> None:
    """A device's interfaces with their addresses, as it last showed them."""
    with command_context() as ctx:
        report = reports.of_device(ctx, devices.by_hostname(ctx, hostname).id)
        show(report.interfaces if report else [], INTERFACES, as_json=as_json)


@app.command()
def inventory(hostname: Hostname, *, as_json: Json = False) -> None:
    """A device's modules with their part and serial numbers."""
    with command_context() as ctx:
        report = reports.of_device(ctx, devices.by_hostname(ctx, hostname).id)
        show(report.items if report else [], ITEMS, as_json=as_json)


@app.command()
def neighbours(hostname: Hostname, *, as_json: Json = False) -> None:
    """What a device sees by LLDP and CDP."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        show(relations.list_relations(ctx, device.id), NEIGHBOURS, as_json=as_json)


@app.command()
def state(
    hostname: Hostname,
    to: Annotated[str, typer.Argument(help="active or maintenance.")],
    *,
    as_json: Json = False,
) -> None:
    """Move a device along its lifecycle."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        _show(devices.set_state(ctx, device.id, to), as_json=as_json)


def _show(device: Device, *, as_json: bool) -> None:
    show_one(device, COLUMNS, as_json=as_json)


@app.command("forget-key")
def forget_key(hostname: Hostname, *, reason: Reason, as_json: Json = False) -> None:
    """Unpin a device's SSH host key; the next contact pins the one it then shows."""
    with command_context() as ctx:
        device = devices.by_hostname(ctx, hostname)
        host_keys.forget(ctx, device.id, reason=reason)
        name = device.hostname
    tell(f"The host key of {name} is forgotten.", {"hostname": name}, as_json=as_json)


@app.command()
def platforms(*, as_json: Json = False) -> None:
    """The platforms that Trimtab knows."""
    show(known_platforms(), PLATFORMS, as_json=as_json)
