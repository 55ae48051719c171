"""One writer of `make bench-audit`: transactions one after another for a time. A program.

Arguments: tree or chain, seconds, its number, the home. The database's address comes by standard
input, and, once it said that it is ready, the word to begin.
"""

import json
import sys
import time
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text

from benchmarks.fleet import ALL
from core.actor import Origin
from core.audit import Subject
from core.context import Context
from core.database import connect
from core.runtime import Runtime
from core.settings import Settings
from organization.permissions import PostAuthority

ORIGIN = Origin(door="job", request_id="job 1")
ROW = text("INSERT INTO bench_row (writer, number) VALUES (:writer, :number)")
LAST = text("SELECT hash FROM bench_chain WHERE id = 1 FOR UPDATE")
NEXT = text("UPDATE bench_chain SET hash = :hash WHERE id = 1")


def main(words: list[str]) -> None:
    how, seconds, writer = words[0], float(words[1]), int(words[2])
    engine = connect(sys.stdin.readline().strip())
    runtime = Runtime(
        settings=Settings(home=Path(words[3])), engine=engine, authority=PostAuthority()
    )
    _transaction(runtime, how, writer, -1)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        _transaction(runtime, how, writer, done)
        done += 1
    sys.stdout.write(json.dumps({"done": done, "seconds": time.monotonic() - begun}))
    engine.dispose()


def _transaction(runtime: Runtime, how: str, writer: int, number: int) -> None:
    with runtime.context(ALL, ORIGIN) as ctx:
        ctx.session.execute(ROW, {"writer": writer, "number": number})
        if how == "chain":
            _chained(ctx, number)
        else:
            ctx.record("bench.written", _subject(number), number=number, note="as agreed")


def _chained(ctx: Context, number: int) -> None:
    """The same record under the lock of a chain: each holds the hash of the one before it."""
    before = ctx.session.scalar(LAST)
    made = ctx.record(
        "bench.chained", _subject(number), number=number, note="as agreed",
        before=bytes(before or b"").hex(),
    )  # fmt: skip
    ctx.session.execute(NEXT, {"hash": sha256(made.canonical).digest()})


def _subject(number: int) -> Subject:
    return Subject(type="bench", id=str(number), label=f"row {number}")


if __name__ == "__main__":
    main(sys.argv[1:])
