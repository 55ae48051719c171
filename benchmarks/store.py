"""The snapshot store: bytes a changed snapshot, time to read a version, time of a search.

`python -m benchmarks.store [DEVICES [VERSIONS [SEARCHED]]]` prints a table, then one JSON line.
"""

import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import psutil
from sqlalchemy import select, text

from benchmarks.corpora import configuration, drifted
from benchmarks.fleet import ALL, PLATFORM, add_device, cpu_seconds, database, premises
from core.actor import Origin
from core.runtime import Runtime
from inventory import snapshots
from inventory.models import Device, Site
from inventory.snapshot_models import Snapshot
from inventory.store import dictionaries
from inventory.store.search import MOST, search

LINES = 500
SHARE = 0.01  # of the lines differ from one version to the next
READS = 2000
BATCH = 500
JOB = Origin(door="job")
TABLES = ("content", "keyframe", "delta_set", "snapshot", "observed_facts")
PATTERNS = (
    r"ip address 10\.0\.7\d\.1 ", r"^ description .*-99\d\d$", r"\d+\.\d+\.77\.1 255", "[^a]x{3}",
)  # fmt: skip
GOALS = {
    "bytes_of_rows": 300, "rows_when_unchanged": 0, "read_p99_ms": 10, "search_ms": 1000,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Bytes in the store's tables: of the rows that live, of the tables, of their indexes."""

    rows: int
    tables: int
    indexes: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Milliseconds of a search by the clock, and of CPU with the database's, and what it found."""

    wall: float
    cpu: float
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What `measured` came to; bytes are those of one changed snapshot, times are milliseconds."""

    changed: int
    bytes_of_rows: float
    bytes_of_tables: float
    bytes_with_indexes: float
    rows_when_unchanged: int
    store_ms: float
    read_p50_ms: float
    read_p99_ms: float
    searched: int
    search_ms: float
    search_cpu_ms: float
    searches: dict[str, Spent]


def measured(*, devices: int = 200, versions: int = 30, searched: int = 10_000) -> Figures:
    """Everything on a database of its own; some minutes for the full numbers."""
    with database() as (runtime, server):
        site, credential = premises(runtime)
        texts = _first(runtime, range(devices), site, credential)
        before, begun = _space(runtime), time.perf_counter()
        texts = _further(runtime, texts, versions)
        seconds, after = time.perf_counter() - begun, _space(runtime)
        _store(runtime, texts)
        unchanged = _space(runtime).count - after.count
        reads = _reads(runtime)
        fleet = _first(runtime, range(devices, searched), site, credential, together=BATCH)
        _further(runtime, fleet, 1, together=BATCH)
        times = {pattern: _searched(runtime, server, pattern) for pattern in PATTERNS}
    changed = devices * versions
    tables, indexes = after.tables - before.tables, after.indexes - before.indexes
    return Figures(
        changed=changed, bytes_of_rows=round((after.rows - before.rows) / changed, 1),
        bytes_of_tables=round(tables / changed, 1),
        bytes_with_indexes=round((tables + indexes) / changed, 1),
        rows_when_unchanged=unchanged, store_ms=round(1000 * seconds / changed, 2),
        read_p50_ms=reads[len(reads) // 2], read_p99_ms=reads[len(reads) * 99 // 100],
        searched=max(searched, devices), search_ms=max(one.wall for one in times.values()),
        search_cpu_ms=max(one.cpu for one in times.values()), searches=times,
    )  # fmt: skip


def _first(
    runtime: Runtime, numbers: range, site: int, credential: int, *, together: int = 1
) -> dict[int, str]:
    """Devices with their first snapshot, and dictionaries trained of these."""
    made: dict[int, str] = {}
    for start in range(numbers.start, numbers.stop, BATCH):
        with runtime.context(ALL, JOB) as ctx:
            for number in range(start, min(start + BATCH, numbers.stop)):
                device = add_device(ctx, number, site, credential)
                made[device.id] = configuration(PLATFORM, LINES, seed=number)
            ctx.record("benchmark.prepared", ctx.get(Site, site))
    _store(runtime, made, together=together)
    with runtime.context(ALL, JOB) as ctx:
        dictionaries.train(ctx)
    return made


def _further(
    runtime: Runtime, texts: dict[int, str], versions: int, *, together: int = 1
) -> dict[int, str]:
    for version in range(versions):
        texts = {
            device: drifted(PLATFORM, shown, share=SHARE, seed=1000 * device + version)
            for device, shown in texts.items()
        }
        _store(runtime, texts, together=together)
    return texts


def _store(runtime: Runtime, texts: dict[int, str], *, together: int = 1) -> None:
    """Each device in a transaction of its own, as collections are, or some together."""
    shown = list(texts.items())
    for start in range(0, len(shown), together):
        with runtime.context(ALL, JOB) as ctx:
            for device_id, configured in shown[start : start + together]:
                device = ctx.get(Device, device_id)
                snapshots.store(
                    ctx, device, source="running", text=configured, doubts=(),
                    facts={"hostname": device.hostname, "model": "C9300-48P",
                           "serial": f"FCW{device_id:08}", "os_version": "17.9.4a"},
                )  # fmt: skip
            ctx.record("benchmark.stored", device)


def _space(runtime: Runtime) -> Space:
    """Live rows by pg_column_size (with their headers), files by pg_table_size less its maps."""
    rows = " + ".join(
        f"(SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM {one} t)"  # noqa: S608 - our own names
        for one in TABLES
    )
    maps = ("fsm", "vm")
    tables = " + ".join(f"pg_table_size('{one}')" for one in TABLES)
    spare = " + ".join(f"pg_relation_size('{one}', '{kind}')" for one in TABLES for kind in maps)
    indexes = " + ".join(f"pg_indexes_size('{one}')" for one in TABLES)
    counts = " + ".join(f"(SELECT count(*) FROM {one})" for one in TABLES)  # noqa: S608
    with runtime.engine.connect() as connection:
        found = connection.execute(
            text(f"SELECT {rows}, {tables} - ({spare}), {indexes}, {counts}")
        ).one()
    return Space(
        rows=int(found[0]), tables=int(found[1]), indexes=int(found[2]), count=int(found[3])
    )


def _reads(runtime: Runtime) -> list[float]:
    """Milliseconds of reading versions by chance, each in a context of its own, rising."""
    draw, times = random.Random(1), list[float]()  # noqa: S311 - which versions are read
    with runtime.context(ALL, JOB) as ctx:
        ids = ctx.session.scalars(select(Snapshot.id)).all()
    for snapshot_id in draw.choices(ids, k=READS):
        with runtime.context(ALL, JOB) as ctx:
            begun = time.perf_counter()
            snapshots.text_of(ctx, ctx.get(Snapshot, snapshot_id).digest)
            times.append(round(1000 * (time.perf_counter() - begun), 3))
    return sorted(times)


def _searched(runtime: Runtime, server: psutil.Process, pattern: str) -> Spent:
    """The best of three searches by regular expression."""
    spent = list[Spent]()
    for _ in range(3):
        with runtime.context(ALL, JOB) as ctx:
            used, begun = cpu_seconds(server), time.perf_counter()
            found = search(ctx, pattern, how="regex", limit=MOST)
            wall, cpu = time.perf_counter() - begun, cpu_seconds(server) - used
        spent.append(
            Spent(wall=round(1000 * wall, 1), cpu=round(1000 * cpu, 1), hits=len(found.hits))
        )
    return min(spent, key=lambda one: one.wall)


def main(arguments: Sequence[str]) -> None:
    """Run with the numbers given and print what came of it."""
    names = ("devices", "versions", "searched")
    figures = measured(**{name: int(one) for name, one in zip(names, arguments, strict=False)})
    for name, value in asdict(figures).items():
        print(f"| {name} | {value} | {GOALS.get(name, '')} |")
    print(json.dumps(asdict(figures)))


if __name__ == "__main__":
    main(sys.argv[1:])
