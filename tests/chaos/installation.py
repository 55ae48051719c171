"""An installation of its own: people, the lab's devices, programs. Nothing of it is left after."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import psutil
from sqlalchemy import text

from core.actor import Actor, Origin
from core.runtime import Runtime, open_runtime
from core.settings import Settings
from drift.scan import Manner, collect
from inventory.credentials import create_credential
from inventory.devices import add_device
from inventory.sites import create_site
from lab import generate
from organization.people import actor_of, create_person
from organization.permissions import PERMISSIONS, PostAuthority
from organization.posts import assign, create_post
from organization.units import by_code
from tests.chaos.children import Kept, within

ALL = Actor(name="arranger", granted=frozenset(PERMISSIONS))
ORIGIN = Origin(door="cli")
STAFF = {"engineer": "network engineer", "approver": "approver", "second": "approver"}
PROGRAM = Path(sys.executable).with_name("trimtab")
RUNS_MEGABYTES = 48


@dataclass
class Installation:
    """What the parts of the program share; `small_disk` is why runs have no disk of their own."""

    home: Path
    environment: dict[str, str]
    runtime: Runtime
    people: dict[str, Actor]
    devices: dict[str, int]
    workers: list[Kept]
    scheduler: Kept
    small_disk: str

    @contextmanager
    def acting(self, name: str):
        with self.runtime.context(self.people[name], ORIGIN) as ctx:
            yield ctx

    @property
    def programs(self) -> list[Kept]:
        return [*self.workers, self.scheduler]

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    def wait_until_up(self) -> None:
        """Return when every worker serves its queues; RuntimeError after five minutes."""
        query = text("SELECT count(*) FROM queue_worker")

        def up() -> bool:
            with self.runtime.engine.connect() as connection:
                return connection.scalar(query) >= len(self.workers)

        if not within(300, up):
            raise RuntimeError("the workers do not come up")

    def postmaster(self) -> int | None:
        """The process number of PostgreSQL, as it says itself; None while it is down."""
        try:
            return int((self.home / "postgres/data/postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None


@contextmanager
def installation(
    hosts: Sequence[dict], *, workers: int, settings: Mapping[str, int]
) -> Iterator[Installation]:
    """A new installation that knows the lab's devices and has seen each of them once."""
    with ExitStack() as held:
        home = Path(tempfile.mkdtemp(prefix="trimtab-chaos-"))
        held.callback(shutil.rmtree, home, ignore_errors=True)
        held.callback(_end_orphans, home / "runs")
        home.chmod(0o755)
        environment = _environment(home, settings)
        subprocess.run(
            [PROGRAM, "init"], env=environment, cwd=home, check=True, stdout=subprocess.DEVNULL
        )
        small_disk = _small_disk(home / "runs", held)
        held.enter_context(patch.dict(os.environ, environment, clear=True))
        runtime = held.enter_context(open_runtime(Settings(), PostAuthority()))
        people, devices = _settled(runtime, hosts)
        run = partial(Kept, environment=environment)
        yield Installation(
            home=home, environment=environment, runtime=runtime, people=people, devices=devices,
            workers=[
                run(words=(str(PROGRAM), "worker"), log=home / f"worker{number}.log")
                for number in range(1, workers + 1)
            ],
            scheduler=run(words=(str(PROGRAM), "scheduler"), log=home / "scheduler.log"),
            small_disk=small_disk,
        )  # fmt: skip


def _end_orphans(runs: Path) -> None:
    """What a killed program's runs had started, and no later run came to end."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("HOME", "").startswith(str(runs)):
                process.kill()


def _environment(home: Path, settings: Mapping[str, int]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIMTAB_")}
    return kept | {
        **{f"TRIMTAB_{name.upper()}": str(value) for name, value in settings.items()},
        "TRIMTAB_HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "TRIMTAB_INIT_PASSWORD": "correct horse battery", "LAB_PASSWORD": generate.PASSWORD,
        "LAB_ENABLE": generate.ENABLE,
    }  # fmt: skip


def _small_disk(runs: Path, held: ExitStack) -> str:
    """Give runs a small disk of their own; why not, where that cannot be."""
    runs.mkdir(mode=0o700)
    if os.geteuid() != 0:
        return "only root may mount a small disk for runs"
    options = f"size={RUNS_MEGABYTES}m,mode=0700"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "trimtab-chaos", str(runs)],  # noqa: S607
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        return f"no small disk could be mounted: {done.stderr.strip()}"
    held.callback(subprocess.run, ["umount", "-l", str(runs)], check=False)
    return ""


def _settled(runtime: Runtime, hosts: Sequence[dict]) -> tuple[dict[str, Actor], dict[str, int]]:
    with runtime.context(ALL, ORIGIN) as ctx:
        unit = by_code(ctx, "root")
        people = {"arranger": ALL}
        for name, template in STAFF.items():
            person = create_person(
                ctx, username=f"night-{name}", name=f"{name.title()} of the Night"
            )
            post = create_post(ctx, unit=unit, title=name.title(), template=template)
            assign(ctx, post=post, person=person)
            people[name] = actor_of(person)
        for code in dict.fromkeys(host["site"] for host in hosts):
            create_site(ctx, code=code, name=code, unit=unit)
        login = create_credential(
            ctx, name="lab", username="admin", password_ref="env:LAB_PASSWORD",
            enable_ref="env:LAB_ENABLE", key_ref=None, unit=unit,
        )  # fmt: skip
        devices = {
            host["hostname"]: add_device(
                ctx, hostname=host["hostname"], site_code=host["site"], platform=host["platform"],
                address=host["address"], port=host["port"], credential=login,
            ).id
            for host in hosts
        }  # fmt: skip
    contexts = partial(runtime.context, ALL, ORIGIN)
    seen = collect(contexts, list(devices.values()), manner=Manner(threads=20))
    if set(seen.outcomes) != {"collected"}:
        raise RuntimeError(f"the lab is not as it should be: {seen.outcomes}")
    return people, devices
