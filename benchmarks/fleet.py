"""A fleet in a database of its own, judged in bulk: part of `make bench-drift`."""

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from benchmarks.corpora import configuration, drifted
from core.actor import Actor, Origin
from core.context import Context
from core.database import connect
from core.postgres import EmbeddedPostgres
from core.runtime import Runtime
from core.settings import Settings
from drift.attribution import unexplained
from drift.bulk import cores
from drift.judgements import judge_devices
from drift.models import Baseline
from inventory import snapshots
from inventory.credentials import create_credential
from inventory.models import Device, Site
from inventory.sites import create_site
from inventory.snapshot_models import Snapshot
from organization.bootstrap import bootstrap
from organization.permissions import PERMISSIONS, PostAuthority
from organization.units import by_code
from trimtab.schema import upgrade

ALL = Actor(name="benchmark", granted=frozenset(PERMISSIONS))
PLATFORM = "cisco_ios"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU and wall seconds of one bulk judgement, the database's included, and what it found."""

    cpu: float
    wall: float
    drifted: int


def measured(*, devices: int, lines: int, share: float) -> tuple[Cost, Cost]:
    """What a first judgement of the whole fleet costs, and one in which nothing changed."""
    with database() as (runtime, server):
        ids = _fleet(runtime, devices=devices, lines=lines, share=share)
        return _judged(runtime, server, ids), _judged(runtime, server, ids)


def _judged(runtime: Runtime, server: psutil.Process, ids: list[int]) -> Cost:
    contexts = partial(runtime.context, ALL, Origin(door="job"))
    before, begun = cpu_seconds(server), time.monotonic()
    seen = judge_devices(contexts, ids, attribute=unexplained, processes=cores())
    return Cost(
        cpu=round(cpu_seconds(server) - before, 2), wall=round(time.monotonic() - begun, 2),
        drifted=sum(one.outcome == "drifted" for one in seen),
    )  # fmt: skip


def cpu_seconds(server: psutil.Process) -> float:
    """CPU seconds of this process, those it started, and the database, until now."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ours = sum(one.ru_utime + one.ru_stime for one in usage)
    times = [one.cpu_times() for one in (server, *server.children(recursive=True))]
    return ours + sum(one.user + one.system for one in times)


@contextmanager
def database() -> Iterator[tuple[Runtime, psutil.Process]]:
    """A new database in a folder of its own, gone afterwards, with the server's process."""
    home = Path(tempfile.mkdtemp(prefix="trimtab-bench-"))
    home.chmod(0o755)
    server = EmbeddedPostgres(home, "nobody")
    try:
        engine = connect(server.start())
        upgrade(engine)
        pid = int((home / "postgres/data/postmaster.pid").read_text().splitlines()[0])
        yield (
            Runtime(settings=Settings(home=home), engine=engine, authority=PostAuthority()),
            psutil.Process(pid),
        )
        engine.dispose()
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _fleet(runtime: Runtime, *, devices: int, lines: int, share: float) -> list[int]:
    """Devices with an approved baseline, of which a share drifted in a handful of lines."""
    site_id, credential = premises(runtime)
    every = round(1 / share)
    ids: list[int] = []
    for start in range(0, devices, 500):
        with runtime.context(ALL, Origin(door="job")) as ctx:
            ids += [
                _device(ctx, number, site_id, credential, lines=lines, every=every)
                for number in range(start, min(start + 500, devices))
            ]
            ctx.record("benchmark.prepared", ctx.get(Site, site_id))
    return ids


def premises(runtime: Runtime) -> tuple[int, int]:
    """A site and a credential, by their ids."""
    os.environ["BENCH_PASSWORD"] = "not used"  # noqa: S105 - no device is spoken to
    with runtime.context(ALL, Origin(door="job")) as ctx:
        bootstrap(ctx, unit_name="Bench", username="admin", password="bench-password")  # noqa: S106
        site = create_site(ctx, code="bench", name="Bench", unit=by_code(ctx, "root"))
        credential = create_credential(
            ctx, name="bench", username="x", password_ref="env:BENCH_PASSWORD", enable_ref=None,  # noqa: S106
            key_ref=None, unit=by_code(ctx, "root"),
        ).id  # fmt: skip
    return site.id, credential


def add_device(ctx: Context, number: int, site: int, credential: int) -> Device:
    return ctx.add(
        Device(
            hostname=f"bench{number}", site_id=site, platform=PLATFORM, driver="netmiko",
            address=f"10.{number // 62500}.{number // 250 % 250}.{number % 250 + 1}",
            credential_id=credential, created_at=ctx.now(),
        )
    )  # fmt: skip


def _device(
    ctx: Context, number: int, site: int, credential: int, *, lines: int, every: int
) -> int:
    intended = configuration(PLATFORM, lines, seed=number)
    running = drifted(PLATFORM, intended, share=0.005) if number % every == 0 else intended
    device = add_device(ctx, number, site, credential)
    now, then = snapshots.put_content(ctx, running), snapshots.put_content(ctx, intended)
    ctx.add(
        Snapshot(
            device_id=device.id, source="running", digest=now, lines=lines, trusted=True, doubts=[],
            facts={}, first_seen_at=ctx.now(), last_seen_at=ctx.now(),
        )
    )  # fmt: skip
    ctx.add(
        Baseline(
            device_id=device.id, version=1, digest=then, source="intended", reason="benchmark",
            valid_from=ctx.now(),
        )
    )  # fmt: skip
    return device.id


if __name__ == "__main__":
    for cost in measured(devices=int(sys.argv[1]), lines=900, share=0.05):
        sys.stdout.write(f"{cost}\n")
