"""`make test-tamper`: 2,000 manipulations of the audit log by the owner of its database.

Arguments: `seed=NUMBER`, `manipulations=NUMBER`. The last line is JSON.
"""

import json
import secrets
import sys
import time
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from benchmarks.fleet import ALL, database
from core.actor import Origin
from core.context import utc_now
from core.records import inspect
from tests.tamper.log import build
from tests.tamper.trying import Tried, attempts

AT_ONCE = 250
GOALS = {"manipulations": 2000, "undetected": 0, "misnamed": 0, "misplaced": 0, "false_alarms": 0}


def main() -> None:
    given = dict(word.partition("=")[::2] for word in sys.argv[1:])
    seed = int(given.get("seed", secrets.randbelow(1_000_000)))
    number = int(given.get("manipulations", GOALS["manipulations"]))
    out(f"seed {seed}: {number} manipulations")
    tried, alarms, begun = list[Tried](), 0, time.monotonic()
    with database() as (runtime, _):
        for part in range(0, number, AT_ONCE):
            draw = Random(seed + part)  # noqa: S311 - not for secrets
            found, false = round_of(runtime, draw, min(AT_ONCE, number - part))
            tried, alarms = tried + found, alarms + false
    report(tried)
    figures = {
        "manipulations": len(tried),
        "undetected": sum(not one.detected for one in tried),
        "misnamed": sum(not one.named for one in tried),
        "misplaced": sum(not one.placed for one in tried),
        "false_alarms": alarms, "seed": seed, "seconds": round(time.monotonic() - begun, 1),
    }  # fmt: skip
    met = figures["manipulations"] >= GOALS["manipulations"] and all(
        figures[name] <= goal for name, goal in GOALS.items() if name != "manipulations"
    )
    out(json.dumps({"name": "tamper", "figures": figures, "goals": GOALS, "met": met}))
    sys.exit(0 if not any(figures[name] for name in tuple(GOALS)[1:]) else 1)


def round_of(runtime, draw, number):
    """A log of its own, taken back in the end; what was tried, and false alarms."""
    anchors = Path(runtime.settings.home) / "anchors"
    with runtime.engine.connect() as connection:
        outer = connection.begin()
        with runtime.context(ALL, Origin(door="job")) as plain:
            ctx = replace(plain, now=utc_now)
            ctx.session.bind = connection
            ctx.session.join_transaction_mode = "create_savepoint"
            log = build(ctx, draw, anchors, batches=draw.randint(8, 20))
            ctx.now = lambda: utc_now() + timedelta(minutes=5)
            alarms = len(inspect(ctx, anchors=anchors).broken)
            tried = list(attempts(log, number))
            alarms += len(inspect(ctx, anchors=anchors).broken)
            ctx.session.rollback()
        outer.rollback()
    return tried, alarms


def report(tried):
    lines = defaultdict(lambda: [0, 0, 0, 0])
    for one in tried:
        for place, fits in enumerate((True, one.detected, one.named, one.placed)):
            lines[one.hand][place] += fits
        if not (one.detected and one.named and one.placed):
            out(f"not as it should: {one.hand} {one.due} told {[had.told for had in one.told[:3]]}")
    out(f"\n{'manipulation':45}{'times':>8}{'detected':>10}{'named':>8}{'placed':>8}")
    for hand, (times, detected, named, placed) in lines.items():
        out(f"{hand.replace('_', ' '):45}{times:8}{detected:10}{named:8}{placed:8}")


def out(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
