"""`make bench-audit`: the audit log under writers, a million records, a pack of a real change.

`python -m benchmarks.audit [records=N] [seconds=N] [writers=N]`. Writers are processes; each
transaction writes one row and its record. The same with a log that is a chain under a lock, whose
writers wait for each other, in the same run. CPU seconds are ours and the database's together. The
last line is JSON.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from random import Random

import psutil
import psycopg
from sqlalchemy import text

from benchmarks import audit_questions
from benchmarks.audit_pack import packed
from benchmarks.audit_rows import copied
from benchmarks.fleet import ALL, cpu_seconds, database
from core.actor import Origin
from core.evidence.proofs import prove
from core.evidence.sealing import seal_all
from core.records import inspect
from core.runtime import Runtime
from scheduler.sealing import SealerService

JOB = Origin(door="job")
PROOFS = 500
GOALS = {
    "per_second": 500, "ratio": 2, "seal_lag_s": 2, "verify_cpu_s": 15, "proof_ms": 5,
    "questions_s": 2, "pack_s": 5,
}  # fmt: skip
MOST = ("seal_lag_s", "verify_cpu_s", "proof_ms", "questions_s", "pack_s")
_TABLES = """
CREATE TABLE bench_row (id bigserial PRIMARY KEY, writer integer, number integer);
CREATE TABLE bench_chain (id integer PRIMARY KEY, hash bytea);
INSERT INTO bench_chain VALUES (1, '');
"""
_LAG = text("""
SELECT count(*), max(lag), percentile_cont(0.5) WITHIN GROUP (ORDER BY lag) FROM (
    SELECT extract(epoch FROM head.sealed_at - record.recorded_at) AS lag
    FROM audit_record record JOIN audit_leaf leaf ON leaf.audit_record_id = record.id
    JOIN audit_head head ON head.previous <= leaf.position AND leaf.position < head.size
    WHERE record.action = 'bench.written'
) told
""")


def measured(*, records: int, seconds: int, writers: int) -> dict[str, float]:
    """Writers, then the large log, each on a database of its own."""
    with database() as (runtime, _):
        with runtime.engine.begin() as connection:
            connection.exec_driver_sql(_TABLES)
        chained = _written(runtime, "chain", seconds=seconds, writers=writers)
        service = SealerService(runtime)
        service.start()
        ours = _written(runtime, "tree", seconds=seconds, writers=writers)
        service.stop()
        with runtime.engine.connect() as connection:
            sealed, lag, usual = connection.execute(_LAG).one()
        with runtime.context(ALL, JOB) as ctx:
            sound = inspect(ctx)
    figures = {
        "per_second": round(ours, 1), "chain_per_second": round(chained, 1),
        "ratio": round(ours / chained, 2), "sealed": int(sealed),
        "seal_lag_s": round(float(lag), 2), "seal_lag_usual_s": round(float(usual), 2),
        "broken": len(sound.broken),
    }  # fmt: skip
    with database() as (runtime, server):
        figures |= _large(runtime, server, records)
    return figures | audit_questions.measured(records=records)


def _written(runtime: Runtime, how: str, *, seconds: int, writers: int) -> float:
    """Recorded transactions a second of that many writers, who begin together."""
    url = runtime.engine.url.render_as_string(hide_password=False)
    words = [sys.executable, "-m", "benchmarks.audit_writer", how, str(seconds)]
    started = [
        subprocess.Popen([*words, str(number), str(runtime.settings.home)], text=True, bufsize=1,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for number in range(writers)
    ]  # fmt: skip
    _said(started, url)
    for one in started:
        if one.stdout is None or one.stdout.readline() != "ready\n":
            raise RuntimeError("a writer did not come up; its words are above")
    _said(started, "go")
    told = [json.loads(one.communicate()[0]) for one in started]
    _out(f"{how}: {[one['done'] for one in told]} transactions of {writers} writers")
    return float(sum(one["done"] / one["seconds"] for one in told))


def _said(started: Sequence[subprocess.Popen[str]], line: str) -> None:
    for one in started:
        if one.stdin is not None:
            one.stdin.write(line + "\n")
            one.stdin.flush()


def _large(runtime: Runtime, server: psutil.Process, records: int) -> dict[str, float]:
    """A log of many records: sealing, verifying, proving."""
    begun = time.monotonic()
    url = runtime.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(url)) as connection:
        copied(connection, records)
        connection.execute("ANALYZE audit_record")
        connection.commit()
    _out(f"{records} records inserted in {time.monotonic() - begun:.0f} s")
    with runtime.context(ALL, JOB) as ctx:
        used, begun = cpu_seconds(server), time.monotonic()
        seal_all(ctx)
        seal_cpu, seal_wall = cpu_seconds(server) - used, time.monotonic() - begun
    with runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    with runtime.context(ALL, JOB) as ctx:
        used, begun = cpu_seconds(server), time.monotonic()
        found = inspect(ctx)
        verify_cpu, verify_wall = cpu_seconds(server) - used, time.monotonic() - begun
    times = _proofs(runtime)
    return {
        "records": found.records, "large_broken": len(found.broken),
        "seal_all_cpu_s": round(seal_cpu, 1), "seal_all_wall_s": round(seal_wall, 1),
        "verify_cpu_s": round(verify_cpu, 2), "verify_wall_s": round(verify_wall, 2),
        "proof_usual_ms": times[len(times) // 2], "proof_ms": times[len(times) * 99 // 100],
    }  # fmt: skip


def _proofs(runtime: Runtime) -> list[float]:
    """Milliseconds of proofs of records by chance, rising."""
    draw, times = Random(1), list[float]()  # noqa: S311 - which records are proven
    with runtime.context(ALL, JOB) as ctx:
        first, last = ctx.session.execute(text("SELECT min(id), max(id) FROM audit_record")).one()
        for _ in range(PROOFS):
            begun = time.perf_counter()
            prove(ctx, draw.randrange(first, last + 1))
            times.append(round(1000 * (time.perf_counter() - begun), 2))
    return sorted(times)


def main(words: Sequence[str]) -> None:
    """Run with the numbers given and print what came of it."""
    sizes = {"records": 1_000_000, "seconds": 20, "writers": 8}
    sizes |= {name: int(value) for name, _, value in (word.partition("=") for word in words)}
    figures = measured(**sizes) | packed()
    met = (
        (figures["per_second"] >= GOALS["per_second"] or figures["ratio"] >= GOALS["ratio"])
        and all(figures[name] <= GOALS[name] for name in MOST)
        and figures["broken"] == figures["large_broken"] == 0
        and sizes["records"] >= 1_000_000
    )
    for name, value in figures.items():
        _out(f"| {name} | {value} | {GOALS.get(name, '')} |")
    _out(json.dumps({"name": "audit", "figures": figures, "goals": GOALS, "met": met}))


def _out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
