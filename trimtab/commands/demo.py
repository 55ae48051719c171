"""`trimtab demo`: the story on a simulated network, then the pages to look around in."""

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.errors import Conflict
from core.runtime import Runtime, open_runtime
from core.settings import Settings, default_home
from lab.network import Lab
from lab.real import try_up
from organization.permissions import PostAuthority
from scheduler.sealing import SealerService
from scheduler.service import ClockService, Service, WorkerService, running
from trimtab.console import Json, print_json
from trimtab.demo.cast import Cast, assemble
from trimtab.demo.story import Ending, Story
from trimtab.demo.telling import Teller
from trimtab.schema import upgrade
from trimtab.serving import ApiService, serve
from trimtab.signals import ended_in_order

app = typer.Typer()

MARK = ".trimtab-demo"


@app.command()
def demo(
    *,
    leave: Annotated[bool, typer.Option("--exit", help="End after the story.")] = False,
    devices: Annotated[int, typer.Option(min=4, max=30, help="Simulated devices.")] = 20,
    port: Annotated[int, typer.Option(envvar="TRIMTAB_API_PORT", help="Port of the pages.")] = 8440,
    as_json: Json = False,
) -> None:
    """Bring up a simulated network and show the whole loop on it; every run begins anew."""
    teller = Teller(console=Console(stderr=as_json, emoji=False))
    logging.disable(logging.WARNING)
    with _home() as home:
        settings = Settings(home=home, api_port=port, database_url=None)
        teller.say("database, simulated network and, where possible, real devices come up")
        with (
            ended_in_order(),
            open_runtime(settings, PostAuthority()) as runtime,
            Lab(devices=devices) as lab,
            try_up() as real,
        ):
            upgrade(runtime.engine)
            cast = assemble(runtime)
            with running([ClockService(runtime), WorkerService(runtime)]):
                ending = Story(cast=cast, lab=lab, real=real, teller=teller).tell()
            if not leave:
                api = ApiService(runtime)
                serve(services(runtime, api), ready=lambda: _invite(teller, cast, api.address))
    _end(ending, as_json=as_json)


def services(runtime: Runtime, api: ApiService) -> list[Service]:
    """What runs while somebody looks around: without the sealer the pages would tell of a fault."""
    return [SealerService(runtime), api, ClockService(runtime), WorkerService(runtime)]


@contextmanager
def _home() -> Iterator[Path]:
    """A folder of the demonstration's own, emptied at its beginning."""
    home = Path(os.environ.get("TRIMTAB_HOME", default_home())) / "demo"
    if home.exists() and not (home / MARK).exists():
        raise Conflict(f"{home} is not a demonstration's folder; set TRIMTAB_HOME elsewhere.")
    _refuse_a_second(home)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).write_text(str(os.getpid()))
    yield home


def _refuse_a_second(home: Path) -> None:
    mark = home / MARK
    if not mark.exists():
        return
    try:
        os.kill(int(mark.read_text()), 0)
    except (ValueError, ProcessLookupError):
        return
    raise Conflict(f"A demonstration runs already (process {mark.read_text()}); end it first.")


def _invite(teller: Teller, cast: Cast, address: str) -> None:
    teller.console.print(f"\n[bold]Look around at {address}[/bold] (Ctrl-C ends it)")
    teller.table(("name", "password"), list(cast.passwords.items()))


def _end(ending: Ending, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(ending))
    sound = ending.verified and ending.audit_ok
    if not sound:
        sys.exit(1)
