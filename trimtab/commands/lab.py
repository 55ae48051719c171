"""`trimtab lab`: the simulated network, to try Trimtab (or any tool) against."""

import time
from typing import Annotated

import typer

from core.errors import InvalidInput
from lab.network import Fault, Lab
from trimtab.console import Json, out, show

app = typer.Typer(no_args_is_help=True)


@app.callback()
def lab() -> None:
    """A simulated network over real SSH on loopback addresses."""


@app.command()
def up(
    *,
    devices: Annotated[int, typer.Option(min=1, max=5000, help="How many devices.")] = 20,
    port: Annotated[int, typer.Option(help="SSH port; 0 takes a free one.")] = 2200,
    eapi_port: Annotated[int, typer.Option(help="Port of eAPI; 0 takes a free one.")] = 0,
    faults: Annotated[
        list[str] | None, typer.Option(help="HOSTNAME=FAULT, for example site1-core01=slow.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring the network up and keep it until Ctrl-C."""
    try:
        network = Lab(devices=devices, port=port, eapi_port=eapi_port)
    except OSError as error:
        raise InvalidInput(
            f"Port {port} cannot be listened on ({error.strerror}); give another with --port."
        ) from error
    with network as running:
        for fault in faults or []:
            _break(running, fault)
        show(
            running.devices,
            {
                "hostname": lambda one: one.hostname,
                "platform": lambda one: one.platform,
                "address": lambda one: f"{one.address}:{one.port}",
                "username": lambda one: one.username,
                "password": lambda one: one.password,
                "enable": lambda one: one.enable_secret,
            },
            as_json=as_json,
        )
        if not as_json:
            out.print("Ctrl-C ends it.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


def _break(network: Lab, fault: str) -> None:
    hostname, _, name = fault.partition("=")
    known = {device.hostname: device for device in network.devices}
    if hostname not in known or name not in list(Fault):
        raise InvalidInput(
            f"{fault!r} is no fault of a device here; write HOSTNAME=FAULT with one of "
            f"{', '.join(Fault)}."
        )
    network.set_fault(known[hostname], Fault(name))
