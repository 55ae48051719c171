"""What an auditor asks of a million records, each question at its slowest: part of `bench-audit`.

`python -m benchmarks.audit_questions [records=N]` runs it alone. The history is one on purpose that
makes every question look at all there is (benchmarks/audit_history.py). CPU seconds are ours and
the database's together.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

import psutil
from sqlalchemy import text

from benchmarks.audit_history import written
from benchmarks.fleet import ALL, cpu_seconds, database, premises
from changes.questions import asking
from changes.questions.table import QUESTIONS
from core.actor import Origin
from core.runtime import Runtime

JOB = Origin(door="job")
GOAL = 2  # seconds
LONG = timedelta(days=300)  # before anything was judged
NEVER = {"since": "2020-01-01", "until": "2020-02-01"}
ASKED: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("person", {"person": "p5"}),
    ("person", {"person": "p5", "action": "device.collected"}),
    ("person", {"person": "p5", "action": "nothing.done"}),
    ("device", {"device": "d17"}),
    ("outside-windows", {}),
    ("outside-windows", {"since": "2020-01-01"}),
    ("emergencies", {}),
    ("emergencies", NEVER),
    ("approver-executed", {}),
    ("approver-executed", NEVER),
    ("unexplained", {}),
    ("unexplained", NEVER),
    ("could-approve", {"device": "d17", "at": "now"}),
    ("could-approve", {"change": "17", "at": "now"}),
    ("compliance", {"unit": "root", "policy": "P1", "at": "now"}),
    ("compliance", {"unit": "root", "policy": "P1", "at": "long ago", "version": "1"}),
)  # fmt: skip
"""Questions with parameters; `at` is replaced by the present and by a day of the history."""


def measured(*, records: int) -> dict[str, float]:
    """Seconds of the slowest of all, and of each question's slowest; a database of its own."""
    with database() as (runtime, server):
        premises(runtime)
        with runtime.engine.begin() as connection:
            written(connection, records)
        with runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        took = [(name, *_asked(runtime, server, name, given)) for name, given in ASKED]
    slowest = {name: max(wall for one, wall, _ in took if one == name) for name in QUESTIONS}
    _, wall, cpu = max(took, key=lambda one: one[1])
    return {
        "questions_s": wall, "questions_cpu_s": cpu,
        **{f"question_{name.replace('-', '_')}_s": wall for name, wall in slowest.items()},
    }  # fmt: skip


def _asked(
    runtime: Runtime, server: psutil.Process, name: str, given: Mapping[str, str]
) -> tuple[float, float]:
    """Wall and CPU seconds of the first page of the answer."""
    with runtime.context(ALL, JOB) as ctx:
        times = {"now": ctx.now().isoformat(), "long ago": (ctx.now() - LONG).isoformat()}
        told = {key: times.get(value, value) for key, value in given.items()}
        used, begun = cpu_seconds(server), time.monotonic()
        rows = asking.ask(ctx, name, told).rows
        wall, cpu = time.monotonic() - begun, cpu_seconds(server) - used
    _out(f"{name} {told}: {len(rows)} rows in {wall:.2f} s, {cpu:.2f} CPU s")
    return round(wall, 2), round(cpu, 2)


def main(words: Sequence[str]) -> None:
    """Run with the number given and print what came of it."""
    sizes = {name: int(value) for name, _, value in (word.partition("=") for word in words)}
    for name, value in measured(records=sizes.get("records", 1_000_000)).items():
        _out(f"| {name} | {value} | {GOAL if name == 'questions_s' else ''} |")


def _out(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
