"""An evidence pack of a unit with many records: its time, its size, the memory that it takes.

`python -m benchmarks.audit_unit_pack [records=N]`; not a goal of any target. The last line is JSON.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence

from sqlalchemy import text

from benchmarks.fleet import ALL, cpu_seconds, database, premises
from changes.packs.making import make
from changes.packs.model import ALWAYS, OfUnit
from core.actor import Origin
from core.context import Action
from core.evidence.sealing import seal_all
from core.runtime import Runtime
from tests.factories import make_device, make_site, make_unit

JOB = Origin(door="job")
RECORDS, DEVICES, AT_ONCE = 100_000, 200, 10_000


def measured(records: int) -> dict[str, float]:
    """Seconds and CPU seconds (ours and the database's) of making the pack; a new database."""
    with database() as (runtime, server):
        premises(runtime)
        code = _filled(runtime, records)
        with runtime.context(ALL, JOB) as ctx, tempfile.TemporaryFile() as target:
            begun, used = time.monotonic(), cpu_seconds(server)
            made = make(ctx, OfUnit(code=code, period=ALWAYS), target)
            wall, cpu = time.monotonic() - begun, cpu_seconds(server) - used
    return {
        "records": made.records, "bytes": made.bytes, "pack_s": round(wall, 2),
        "pack_cpu_s": round(cpu, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip


def _filled(runtime: Runtime, records: int) -> str:
    """A unit of devices that were collected again and again; its code."""
    with runtime.context(ALL, JOB) as ctx:
        unit = make_unit(ctx)
        site = make_site(ctx, unit=unit)
        devices = [make_device(ctx, site=site) for _ in range(DEVICES)]
        for start in range(0, records, AT_ONCE):
            ctx.record_all(
                Action(
                    action="device.collected", subject=devices[number % DEVICES],
                    facts={"digest": f"{number:064x}", "outcome": "unchanged"},
                )
                for number in range(start, min(start + AT_ONCE, records))
            )  # fmt: skip
            ctx.commit()
        code = unit.code
        seal_all(ctx)
    with runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return code


def main(words: Sequence[str]) -> None:
    given = dict(word.partition("=")[::2] for word in words)
    told = measured(int(given.get("records", RECORDS)))
    sys.stdout.write(json.dumps({"name": "unit_pack", "figures": told}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
