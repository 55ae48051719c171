"""`trimtab lab`: simulated and real devices, to try Trimtab (or any tool) against."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from core.errors import InvalidInput, TrimtabError
from lab import more, real
from lab.network import Fault, Lab
from trimtab.console import Json, out, show
from trimtab.signals import ended_in_order

app = typer.Typer(no_args_is_help=True)


class RealDevicesUnavailable(TrimtabError):
    code: ClassVar[str] = "real_devices_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How to sign in to a device of the lab."""

    hostname: str
    platform: str
    address: str
    username: str
    password: str | None = None
    enable: str | None = None
    key_file: Path | None = None


@app.callback()
def lab() -> None:
    """Devices over real SSH on this machine: simulated ones, and real ones where possible."""


@app.command()
def up(
    *,
    devices: Annotated[int, typer.Option(min=1, max=5000, help="How many devices.")] = 20,
    port: Annotated[int, typer.Option(help="SSH port; 0 takes a free one.")] = 2200,
    eapi_port: Annotated[int, typer.Option(help="Port of eAPI; 0 takes a free one.")] = 0,
    faults: Annotated[
        list[str] | None, typer.Option(help="HOSTNAME=FAULT, for example site1-core01=slow.")
    ] = None,
    platforms: Annotated[
        list[str] | None, typer.Option(help=f"One more device: {', '.join(more.PLATFORMS)}.")
    ] = None,
    with_real: Annotated[
        bool, typer.Option("--real", help="Also two FRR routers and a Linux server (as root).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring the network up and keep it until Ctrl-C."""
    with ended_in_order(), ExitStack() as stack, suppress(SystemExit):
        reached = list(
            stack.enter_context(_simulated(devices, port, eapi_port, faults or [], platforms or []))
        )
        if with_real:
            reached += stack.enter_context(_real())
        _tell(reached, as_json=as_json)
        while True:
            signal.pause()


@contextmanager
def _simulated(
    devices: int, port: int, eapi_port: int, faults: Iterable[str], platforms: Sequence[str]
) -> Iterator[tuple[Reach, ...]]:
    for one in platforms:
        if one not in more.PLATFORMS:
            raise InvalidInput(
                f"{one!r} is no platform of the lab; there are {', '.join(more.PLATFORMS)}."
            )
    try:
        network = Lab(devices=devices, port=port, eapi_port=eapi_port, platforms=platforms)
    except OSError as error:
        raise InvalidInput(
            f"Port {port} cannot be listened on ({error.strerror}); give another with --port."
        ) from error
    with network as running:
        for fault in faults:
            _break(running, fault)
        yield tuple(
            Reach(
                hostname=one.hostname, platform=one.platform, address=f"{one.address}:{one.port}",
                username=one.username, password=one.password, enable=one.enable_secret,
            )
            for one in running.devices
        )  # fmt: skip


@contextmanager
def _real() -> Iterator[tuple[Reach, ...]]:
    """Two routers and a server, with their login's private key in a file that goes with them."""
    with real.try_up() as tried, tempfile.TemporaryDirectory(prefix="trimtab-lab-") as folder:
        if not tried.devices:
            raise RealDevicesUnavailable(tried.why_not)
        key = Path(folder) / "login.key"
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(tried.devices[0].key)
        yield tuple(
            Reach(
                hostname=one.hostname, platform=one.platform, address=f"{one.address}:{one.port}",
                username=one.username, key_file=key,
            )
            for one in tried.devices
        )  # fmt: skip


def _tell(reached: list[Reach], *, as_json: bool) -> None:
    show(
        reached,
        {
            "hostname": lambda one: one.hostname,
            "platform": lambda one: one.platform,
            "address": lambda one: one.address,
            "username": lambda one: one.username,
            "password": lambda one: one.password,
            "enable": lambda one: one.enable,
            "key_file": lambda one: one.key_file,
        },
        as_json=as_json,
    )
    if not as_json:
        out.print("Ctrl-C ends it.")
    sys.stdout.flush()  # whoever reads this from a pipe waits for it


def _break(network: Lab, fault: str) -> None:
    hostname, _, name = fault.partition("=")
    known = {device.hostname: device for device in network.devices}
    if hostname not in known or name not in list(Fault):
        raise InvalidInput(
            f"{fault!r} is no fault of a device here; write HOSTNAME=FAULT with one of "
            f"{', '.join(Fault)}."
        )
    network.set_fault(known[hostname], Fault(name))
